import { t } from '../../i18n';
import { useStore } from '../../store';
import {
  CameraIcon,
  CameraOffIcon,
  ChevronUpIcon,
  MicrophoneIcon,
  MicrophoneOffIcon,
  ReplaceIcon,
  ScreenIcon,
  ScreenOffIcon,
} from '../icons';
import type { DeviceKind } from '../media/choices';
import { playThrough } from '../media/sound';
import { usePage } from '../page';
import type { MeetingSession } from '../session';
import { DeviceOptions } from './device-options';
import { Menu, MenuItem } from './menu';
import { RoundButton } from './round-button';
import { SHORTCUTS } from './shortcuts';

interface Props {
  session: MeetingSession;
}

/** Turning on or off in the call; the next visit begins the same way. */
export function useMediaSwitches(session: MeetingSession) {
  const { choices } = usePage().visit.surroundings;
  const flip = (kind: 'camera' | 'microphone') => {
    const { people, may, busy } = session.state;
    if (!may[kind] || busy[kind]) return;
    const on = !people[0]?.[kind === 'camera' ? 'hasCamera' : 'hasMicrophone'];
    choices.set(`${kind}On`, on);
    void (kind === 'camera' ? session.setCamera(on) : session.setMicrophone(on));
  };
  return { camera: () => flip('camera'), microphone: () => flip('microphone') };
}

export function MicrophoneButton({ session }: Props) {
  const { people, busy } = useStore(session);
  const { microphone } = useMediaSwitches(session);
  const on = people[0]?.hasMicrophone ?? false;
  return (
    <div className="split-button">
      <RoundButton
        id="mic-btn"
        label={t('device.microphone')}
        hint={t(on ? 'device.microphone.turnOff' : 'device.microphone.turnOn')}
        shortcut={SHORTCUTS.microphone}
        pressed={on}
        tone={on ? 'plain' : 'off'}
        busy={busy.microphone}
        onClick={microphone}
      >
        {on ? (
          <MicrophoneIcon id="mic" aria-hidden="true" />
        ) : (
          <MicrophoneOffIcon id="mic_off" aria-hidden="true" />
        )}
      </RoundButton>
      <DeviceMenu
        session={session}
        kinds={['microphone', 'speaker']}
        label={t('controls.audioDevices')}
      />
    </div>
  );
}

export function CameraButton({ session }: Props) {
  const { people, busy } = useStore(session);
  const { camera } = useMediaSwitches(session);
  const on = people[0]?.hasCamera ?? false;
  return (
    <div className="split-button">
      <RoundButton
        id="camera-btn"
        label={t('device.camera')}
        hint={t(on ? 'device.camera.turnOff' : 'device.camera.turnOn')}
        shortcut={SHORTCUTS.camera}
        pressed={on}
        tone={on ? 'plain' : 'off'}
        busy={busy.camera}
        onClick={camera}
      >
        {on ? (
          <CameraIcon id="videocam" aria-hidden="true" />
        ) : (
          <CameraOffIcon id="videocam_off" aria-hidden="true" />
        )}
      </RoundButton>
      <DeviceMenu session={session} kinds={['camera']} label={t('controls.videoDevices')} />
    </div>
  );
}

interface DeviceMenuProps extends Props {
  kinds: DeviceKind[];
  label: string;
}

function DeviceMenu({ session, kinds, label }: DeviceMenuProps) {
  const devices = useStore(usePage().visit.surroundings.devices);
  if (kinds.every((kind) => devices[kind].length === 0)) return null;
  return (
    <Menu
      label={label}
      trigger={(props) => (
        <RoundButton label={label} shape="narrow" {...props}>
          <ChevronUpIcon size={18} aria-hidden="true" />
        </RoundButton>
      )}
    >
      {kinds.map((kind) => (
        <SessionDevices key={kind} kind={kind} session={session} />
      ))}
    </Menu>
  );
}

/** The devices of one kind, switching the running call. */
export function SessionDevices({ kind, session }: { kind: DeviceKind; session: MeetingSession }) {
  const { choices, devices } = usePage().visit.surroundings;
  const list = useStore(devices)[kind];
  useStore(session);
  const choose = (deviceId: string) => {
    choices.set(kind, deviceId);
    if (kind === 'speaker') void playThrough(deviceId);
    void session.switchDevice(kind, deviceId);
  };
  return (
    <DeviceOptions
      kind={kind}
      devices={list}
      current={session.activeDevice(kind)}
      onChoose={choose}
    />
  );
}

export function ScreenShareButton({ session }: Props) {
  const { people, busy } = useStore(session);
  const isSharing = people[0]?.screen != null;
  const start = () => void session.setScreenShare(true);
  const stop = () => void session.setScreenShare(false);
  // Firefox offers no way to swap the picture of a running share.
  const canReplace = !navigator.userAgent.includes('Firefox');
  if (!isSharing || !canReplace) {
    return (
      <RoundButton
        id="screenshare-btn"
        label={t('screen.share')}
        hint={t(isSharing ? 'screen.stop' : 'screen.start')}
        pressed={isSharing}
        tone={isSharing ? 'active' : 'plain'}
        busy={busy.screen}
        onClick={isSharing ? stop : start}
      >
        <ScreenIcon aria-hidden="true" />
      </RoundButton>
    );
  }
  return (
    <Menu
      label={t('screen.share')}
      trigger={(props) => (
        <RoundButton
          id="screenshare-btn"
          label={t('screen.share')}
          hint={t('screen.sharing')}
          tone="active"
          busy={busy.screen}
          {...props}
        >
          <ScreenIcon aria-hidden="true" />
        </RoundButton>
      )}
    >
      <MenuItem
        id="replace-screen-button"
        icon={<ReplaceIcon size={18} />}
        onSelect={() => void session.replaceScreenShare()}
      >
        {t('screen.replace')}
      </MenuItem>
      <MenuItem id="disable-screen-button" icon={<ScreenOffIcon size={18} />} onSelect={stop}>
        {t('screen.stop')}
      </MenuItem>
    </Menu>
  );
}
