import { useState } from 'react';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { chosenDevice, DeviceOptions } from '../controls/device-options';
import { Menu } from '../controls/menu';
import { CameraIcon, ChevronDownIcon, MicrophoneIcon, SpeakerIcon } from '../icons';
import type { Capture } from '../media/capture';
import type { DeviceKind } from '../media/choices';
import { playSignal, playThrough } from '../media/sound';
import { usePage } from '../page';

/** Which camera, microphone and loudspeaker; each only where there is something to choose. */
export function DevicePickers({ capture }: { capture: Capture }) {
  const { choices, devices } = usePage().visit.surroundings;
  const { camera, microphone } = useStore(capture);
  const { speaker } = useStore(devices);
  const [speakerId, setSpeakerId] = useState(choices.get('speaker'));

  const chooseSpeaker = (deviceId: string) => {
    choices.set('speaker', deviceId);
    setSpeakerId(deviceId);
    void playThrough(deviceId);
  };

  return (
    <div className="pickers">
      {camera.allowed && (
        <ov-video-devices-select>
          <Picker
            kind="camera"
            id="video-dropdown"
            current={camera.track?.mediaStreamTrack.getSettings().deviceId ?? choices.get('camera')}
            onChoose={(deviceId) => void capture.choose('camera', deviceId)}
          />
        </ov-video-devices-select>
      )}
      {microphone.allowed && (
        <ov-audio-devices-select>
          <Picker
            kind="microphone"
            id="audio-dropdown"
            current={
              microphone.track?.mediaStreamTrack.getSettings().deviceId ?? choices.get('microphone')
            }
            onChoose={(deviceId) => void capture.choose('microphone', deviceId)}
          />
        </ov-audio-devices-select>
      )}
      {speaker.length > 0 && (
        <div className="picker-row">
          <Picker
            kind="speaker"
            id="speaker-dropdown"
            current={speakerId}
            onChoose={chooseSpeaker}
          />
          <button type="button" className="text-button" onClick={() => playSignal('test')}>
            {t('device.speaker.test')}
          </button>
        </div>
      )}
    </div>
  );
}

const ICONS = { camera: CameraIcon, microphone: MicrophoneIcon, speaker: SpeakerIcon };

interface PickerProps {
  kind: DeviceKind;
  id: string;
  current: string | undefined;
  onChoose(deviceId: string): void;
}

function Picker({ kind, id, current, onChoose }: PickerProps) {
  const list = useStore(usePage().visit.surroundings.devices)[kind];
  const Icon = ICONS[kind];
  const label = chosenDevice(list, current)?.label ?? t('device.none');
  return (
    <Menu
      label={t(`device.${kind}`)}
      placement="below"
      trigger={(props) => (
        <button
          type="button"
          id={id}
          className="picker"
          aria-label={`${t(`device.${kind}`)}: ${label}`}
          disabled={list.length === 0}
          {...props}
        >
          <Icon size={20} aria-hidden="true" />
          <span className="picker-label">{label}</span>
          <ChevronDownIcon size={18} aria-hidden="true" />
        </button>
      )}
    >
      <DeviceOptions kind={kind} devices={list} current={current} onChoose={onChoose} />
    </Menu>
  );
}
