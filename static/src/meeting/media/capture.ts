import {
  createLocalAudioTrack,
  createLocalVideoTrack,
  type LocalAudioTrack,
  type LocalVideoTrack,
  VideoPresets,
} from 'livekit-client';
import { Store } from '../../store';
import type { Choices } from './choices';
import { type CaptureProblem, captureProblem, type DeviceList } from './devices';

export type CaptureKind = 'camera' | 'microphone';
export type LocalMedia = LocalVideoTrack | LocalAudioTrack;

interface Slot<Track extends LocalMedia> {
  /** False: the room's permissions leave this kind out altogether. */
  allowed: boolean;
  on: boolean;
  busy: boolean;
  track: Track | null;
  problem: CaptureProblem | null;
}

export interface CaptureState {
  camera: Slot<LocalVideoTrack>;
  microphone: Slot<LocalAudioTrack>;
}

export interface Makers {
  camera(deviceId: string): Promise<LocalVideoTrack>;
  microphone(deviceId: string): Promise<LocalAudioTrack>;
}

const fromBrowser: Makers = {
  // `ideal`: an unplugged favourite must not cost a second request, hence a second prompt.
  camera: (deviceId) =>
    createLocalVideoTrack({
      resolution: VideoPresets.h720.resolution,
      ...(deviceId && { deviceId: { ideal: deviceId } }),
    }),
  microphone: (deviceId) =>
    createLocalAudioTrack(deviceId ? { deviceId: { ideal: deviceId } } : {}),
};

interface Setting {
  choices: Choices;
  devices: Pick<DeviceList, 'refresh'>;
  allowed: Record<CaptureKind, boolean>;
  makers?: Makers;
}

/**
 * Camera and microphone before the meeting. Each kind is asked for by itself, once, and only while
 * it is switched on; the meeting publishes these very tracks.
 */
export class Capture extends Store<CaptureState> {
  readonly #choices: Choices;
  readonly #devices: Pick<DeviceList, 'refresh'>;
  readonly #makers: Makers;
  #isStopped = false;
  readonly #pending: Record<CaptureKind, Promise<void>> = {
    camera: Promise.resolve(),
    microphone: Promise.resolve(),
  };

  constructor({ choices, devices, allowed, makers = fromBrowser }: Setting) {
    const slot = { busy: false, track: null, problem: null };
    super({
      camera: { ...slot, allowed: allowed.camera, on: allowed.camera && choices.get('cameraOn') },
      microphone: {
        ...slot,
        allowed: allowed.microphone,
        on: allowed.microphone && choices.get('microphoneOn'),
      },
    });
    this.#choices = choices;
    this.#devices = devices;
    this.#makers = makers;
  }

  start(): void {
    for (const kind of ['camera', 'microphone'] as const) {
      const { on, track, busy } = this.state[kind];
      if (on && !track && !busy) this.#acquire(kind);
    }
  }

  toggle(kind: CaptureKind): void {
    const slot = this.state[kind];
    if (slot.busy || !slot.allowed) return;
    const on = slot.problem !== null || !slot.on;
    this.#choices.set(`${kind}On`, on);
    this.#patch(kind, { on });
    if (on) this.#acquire(kind);
    else this.#drop(kind);
  }

  /** The new device takes over at once; with the kind switched off it is only remembered. */
  async choose(kind: CaptureKind, deviceId: string): Promise<void> {
    const { track, busy, problem } = this.state[kind];
    this.#choices.set(kind, deviceId);
    if (busy) return;
    if (!track) {
      if (problem) this.toggle(kind);
      else this.#patch(kind, {});
      return;
    }
    this.#patch(kind, { busy: true });
    const failed = await track.setDeviceId({ exact: deviceId }).then(() => null, captureProblem);
    this.#patch(kind, { busy: false, problem: failed });
  }

  /** The tracks to publish, each as soon as its own permission prompt was answered. */
  tracks(): Promise<LocalMedia | null>[] {
    return (['camera', 'microphone'] as const).map((kind) =>
      this.#pending[kind].then(() => this.state[kind].track),
    );
  }

  /** After joining the room owns the tracks: forget them without stopping them. */
  release(): void {
    this.#patch('camera', { track: null });
    this.#patch('microphone', { track: null });
  }

  /** A failed attempt to join may have stopped the tracks: fetch fresh ones. */
  restore(): void {
    for (const kind of ['camera', 'microphone'] as const) {
      if (this.state[kind].track?.mediaStreamTrack.readyState === 'ended') this.#drop(kind);
    }
    this.start();
  }

  /** For good: a prompt answered later must not switch the camera's light on again. */
  stop(): void {
    this.#isStopped = true;
    this.#drop('camera');
    this.#drop('microphone');
  }

  #acquire(kind: CaptureKind): void {
    this.#patch(kind, { busy: true, problem: null });
    this.#pending[kind] = this.#makers[kind](this.#choices.get(kind)).then(
      (track) => {
        const isWanted = this.state[kind].on && !this.#isStopped;
        if (!isWanted) track.stop();
        this.#patch(kind, { busy: false, track: isWanted ? track : null });
        void this.#devices.refresh();
      },
      (error) => {
        this.#patch(kind, { busy: false, on: false, problem: captureProblem(error) });
        void this.#devices.refresh();
      },
    );
  }

  #drop(kind: CaptureKind): void {
    this.state[kind].track?.stop();
    this.#patch(kind, { track: null });
  }

  #patch(kind: CaptureKind, patch: Partial<Slot<LocalMedia>>): void {
    this.update({ [kind]: { ...this.state[kind], ...patch } } as Partial<CaptureState>);
  }
}
