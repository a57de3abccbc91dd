import type { Track } from 'livekit-client';
import { useLayoutEffect, useRef } from 'react';

interface VideoProps {
  track: Track;
  className?: string;
  mirrored?: boolean;
  /** The first remote picture ends the measured way in. */
  marksArrival?: boolean;
}

export function TrackVideo({ track, className, mirrored, marksArrival = false }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const video = element.current;
    if (!video) return;
    track.attach(video);
    if (marksArrival) markFirstFrame(video);
    return () => {
      track.detach(video);
    };
  }, [track, marksArrival]);
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

function markFirstFrame(video: HTMLVideoElement): void {
  const name = 'meet:first-remote-frame';
  video.requestVideoFrameCallback?.(() => {
    if (performance.getEntriesByName(name).length === 0) performance.mark(name);
  });
}

/** The sound of one person, whether or not there is a tile. */
export function TrackAudio({ track, identity }: { track: Track; identity: string }) {
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
