import { Store } from '../../store';
import type { DeviceKind } from './choices';

export interface Device {
  id: string;
  label: string;
}

export type DeviceState = Record<DeviceKind, Device[]>;

const KINDS: Record<MediaDeviceKind, DeviceKind> = {
  videoinput: 'camera',
  audioinput: 'microphone',
  audiooutput: 'speaker',
};

export const BROWSER_KINDS: Record<DeviceKind, MediaDeviceKind> = {
  camera: 'videoinput',
  microphone: 'audioinput',
  speaker: 'audiooutput',
};

/** Cameras, microphones and loudspeakers as the browser lists them, kept current. */
export class DeviceList extends Store<DeviceState> {
  readonly #media: MediaDevices | undefined;

  constructor(media: MediaDevices | undefined) {
    super({ camera: [], microphone: [], speaker: [] });
    this.#media = media;
    media?.addEventListener('devicechange', () => void this.refresh());
  }

  /** Labels appear only once capture was allowed, so this runs again after every capture. */
  async refresh(): Promise<void> {
    const found = (await this.#media?.enumerateDevices().catch(() => [])) ?? [];
    const state: DeviceState = { camera: [], microphone: [], speaker: [] };
    for (const { kind, deviceId, label } of found) {
      if (deviceId && label) state[KINDS[kind]].push({ id: deviceId, label });
    }
    if (!canChooseSpeaker()) state.speaker = [];
    this.update(state);
  }
}

export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
}

export type CaptureProblem = 'denied' | 'missing' | 'in-use' | 'failed';

export function captureProblem(error: unknown): CaptureProblem {
  switch ((error as { name?: unknown } | null)?.name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'in-use';
    default:
      return 'failed';
  }
}
