import { t } from '../../i18n';
import type { DeviceKind } from '../media/choices';
import type { Device } from '../media/devices';
import { MenuGroup, MenuItem } from './menu';

interface Props {
  kind: DeviceKind;
  devices: Device[];
  current: string | undefined;
  onChoose(deviceId: string): void;
}

/** The devices of one kind, as entries of a menu. */
export function DeviceOptions({ kind, devices, current, onChoose }: Props) {
  if (devices.length === 0) return null;
  return (
    <MenuGroup label={t(`device.${kind}`)}>
      {devices.map(({ id, label }) => (
        <MenuItem
          key={id}
          id={`option-${label}`}
          isChosen={id === chosenDevice(devices, current)?.id}
          onSelect={() => onChoose(id)}
        >
          {label}
        </MenuItem>
      ))}
    </MenuGroup>
  );
}

/** A remembered device may be unplugged, and browsers start with their own first choice. */
export function chosenDevice(devices: Device[], current: string | undefined): Device | undefined {
  return devices.find(({ id }) => id === current) ?? devices[0];
}
