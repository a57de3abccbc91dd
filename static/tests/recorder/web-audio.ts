import { vi } from 'vitest';

/** As much of Web Audio as a mix needs. */
export class FakeStream {
  readonly tracks: unknown[];

  constructor(tracks: unknown[]) {
    this.tracks = tracks;
  }
}

export class FakeAudioContext {
  static last: FakeAudioContext;
  /** What is heard at the moment, by the track that it comes from. */
  readonly heard: unknown[] = [];

  constructor() {
    FakeAudioContext.last = this;
  }

  createMediaStreamDestination() {
    return { stream: { getAudioTracks: () => ['all voices'] } };
  }

  createMediaStreamSource({ tracks: [track] }: FakeStream) {
    return {
      connect: () => this.heard.push(track),
      disconnect: () => this.heard.splice(this.heard.indexOf(track), 1),
    };
  }
}

class FakeConstantSourceNode {
  connect(): void {}
  start(): void {}
}

export function stubWebAudio(): void {
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('AudioContext', FakeAudioContext);
  vi.stubGlobal('ConstantSourceNode', FakeConstantSourceNode);
}
