import { type RoomOptions, type ScreenShareCaptureOptions, VideoPresets } from 'livekit-client';
import type { Choices } from './media/choices';

export function roomOptions(choices: Choices): RoomOptions {
  const camera = choices.get('camera');
  const microphone = choices.get('microphone');
  const speaker = choices.get('speaker');
  return {
    adaptiveStream: true,
    dynacast: true,
    videoCaptureDefaults: {
      resolution: VideoPresets.h720.resolution,
      ...(camera && { deviceId: { ideal: camera } }),
    },
    ...(microphone && { audioCaptureDefaults: { deviceId: { ideal: microphone } } }),
    ...(speaker && { audioOutput: { deviceId: speaker } }),
    publishDefaults: {
      simulcast: true,
      videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
      dtx: true,
      stopMicTrackOnMute: true,
    },
  };
}

export const screenOptions: ScreenShareCaptureOptions = {
  audio: true,
  resolution: { width: 1920, height: 1080, frameRate: 15 },
  contentHint: 'text',
  // One's own tab in the meeting would show the meeting inside itself.
  selfBrowserSurface: 'exclude',
  surfaceSwitching: 'include',
  systemAudio: 'include',
};
