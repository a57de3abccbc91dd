import { useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { Avatar, hueOf } from '../../tiles/avatar';
import { TrackVideo } from '../../tiles/media';
import { RoundButton } from '../controls/round-button';
import { AlertIcon, CameraIcon, CameraOffIcon, MicrophoneIcon, MicrophoneOffIcon } from '../icons';
import type { Capture, CaptureKind } from '../media/capture';
import type { CaptureProblem } from '../media/devices';
import { PROBLEM_WORDS } from '../media/problems';
import { watchLevel } from '../media/sound';

export function Preview({ capture, name }: { capture: Capture; name: string }) {
  const { camera, microphone } = useStore(capture);
  return (
    <div className="door-picture">
      <div className="preview" style={{ '--hue': hueOf(name) }}>
        {camera.track ? (
          <TrackVideo track={camera.track} className="OV_video-element" mirrored />
        ) : (
          <Avatar name={name} />
        )}
        <span className="name-tag">{name}</span>
        <div className="device-controls">
          {microphone.allowed && <KindButton kind="microphone" capture={capture} />}
          {camera.allowed && <KindButton kind="camera" capture={capture} />}
        </div>
      </div>
      {microphone.allowed && <LevelMeter track={microphone.track?.mediaStreamTrack ?? null} />}
      {camera.problem && <Problem kind="camera" problem={camera.problem} capture={capture} />}
      {microphone.problem && (
        <Problem kind="microphone" problem={microphone.problem} capture={capture} />
      )}
    </div>
  );
}

function KindButton({ kind, capture }: { kind: CaptureKind; capture: Capture }) {
  const { on, busy, problem } = useStore(capture)[kind];
  const isCamera = kind === 'camera';
  const Icon = isCamera
    ? on
      ? CameraIcon
      : CameraOffIcon
    : on
      ? MicrophoneIcon
      : MicrophoneOffIcon;
  return (
    <RoundButton
      id={`${kind}-button`}
      label={t(`device.${kind}`)}
      hint={t(
        problem ? 'device.tryAgain' : on ? `device.${kind}.turnOff` : `device.${kind}.turnOn`,
      )}
      pressed={on}
      busy={busy}
      tone={on ? 'plain' : 'off'}
      onClick={() => capture.toggle(kind)}
    >
      <Icon size={24} aria-hidden="true" />
    </RoundButton>
  );
}

/** Moves while one speaks, before joining: the answer to «can they hear me?». */
function LevelMeter({ track }: { track: MediaStreamTrack | null }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (level: number) => {
      // Straight to the element: thirty redraws a second would be waste.
      if (bar.current) bar.current.style.transform = `scaleX(${level.toFixed(3)})`;
    };
    show(0);
    return track ? watchLevel(track, show) : undefined;
  }, [track]);
  return (
    <div className="level-meter" aria-hidden="true">
      <span ref={bar} className="level-bar" />
    </div>
  );
}

interface ProblemProps {
  kind: CaptureKind;
  problem: CaptureProblem;
  capture: Capture;
}

function Problem({ kind, problem, capture }: ProblemProps) {
  return (
    <div
      id={kind === 'camera' ? 'no-video-device-message' : 'no-audio-device-message'}
      className="problem"
      role="status"
    >
      <AlertIcon size={20} aria-hidden="true" />
      <span>{t(PROBLEM_WORDS[kind][problem])}</span>
      <button type="button" className="link-button" onClick={() => capture.toggle(kind)}>
        {t('device.tryAgain')}
      </button>
    </div>
  );
}
