import type { Track } from 'livekit-client';
import { useLayoutEffect, useRef } from 'react';
import type { Person } from './people';

interface VideoProps {
  track: Track;
  className?: string;
  mirrored?: boolean;
  /** Must stay the same function from one drawing to the next. */
  onFirstFrame?: () => void;
}

export function TrackVideo({ track, className, mirrored, onFirstFrame }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const video = element.current;
    if (!video) return;
    track.attach(video);
    if (onFirstFrame) video.requestVideoFrameCallback?.(onFirstFrame);
    return () => {
      track.detach(video);
    };
  }, [track, onFirstFrame]);
  return (
    <video
      ref={element}
      className={`${className ?? ''} ${mirrored ? 'mirrored' : ''}`}
      autoPlay
      playsInline
      muted
    />
  );
}

/** Apart from the tiles, so that people without one stay audible. */
export function RemoteSound({ people }: { people: Person[] }) {
  return (
    <div hidden>
      {people.flatMap(({ identity, audio }) =>
        audio.map(({ sid, track }) => <TrackAudio key={sid} track={track} identity={identity} />),
      )}
    </div>
  );
}

function TrackAudio({ track, identity }: { track: Track; identity: string }) {
  const element = useRef<HTMLAudioElement>(null);
  useLayoutEffect(() => {
    const audio = element.current;
    if (!audio) return;
    track.attach(audio);
    return () => {
      track.detach(audio);
    };
  }, [track]);
  return (
    // biome-ignore lint/a11y/useMediaCaption: live speech; captions have a place of their own
    <audio ref={element} className="OV_audio-element" data-participant={identity} autoPlay />
  );
}
