import type { Room } from 'livekit-client';
import { Mix } from './mix';

/** Asked for by the driver in recordings/recorders/browser; LiveKit Egress never calls it. */
export interface Quality {
  width: number;
  height: number;
  frameRate: number;
  videoBitsPerSecond: number;
  audioBitsPerSecond: number;
}

declare global {
  interface Window {
    meetRecorder: TabRecorder;
    /** Made by the driver; takes «<number> <base64>». */
    meetRecorderChunk?: (numbered: string) => void;
  }
}

/** H.264 High up to 1080p. Chromium of Debian has no AAC. */
const FORMAT = 'video/mp4;codecs=avc1.640028,opus';
const CHUNK_MS = 1000;

/** Records what the tab shows and what the meeting says, and hands the file over piece by piece as it grows. */
export class TabRecorder {
  readonly #room: Room;
  #recorder: MediaRecorder | null = null;
  #handedOver = Promise.resolve();
  #chunks = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  async start(quality: Quality): Promise<void> {
    const tab = await navigator.mediaDevices.getDisplayMedia(tabOptions(quality));
    const film = new MediaStream([...tab.getVideoTracks(), new Mix(this.#room).track]);
    const recorder = new MediaRecorder(film, {
      mimeType: FORMAT,
      videoBitsPerSecond: quality.videoBitsPerSecond,
      audioBitsPerSecond: quality.audioBitsPerSecond,
      // MP4 is written out at key frames only; by default that is every four seconds.
      videoKeyFrameIntervalDuration: CHUNK_MS,
    } as MediaRecorderOptions);
    recorder.addEventListener('dataavailable', ({ data }) => this.#handOver(data));
    recorder.start(CHUNK_MS);
    this.#recorder = recorder;
  }

  /** Resolves when the last piece has been handed over. */
  async stop(): Promise<void> {
    const recorder = this.#recorder;
    if (recorder && recorder.state !== 'inactive') {
      const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
      recorder.stop();
      await stopped;
    }
    await this.#handedOver;
  }

  /** One after the other: pieces are read asynchronously, but their order is the file. */
  #handOver(data: Blob): void {
    if (data.size === 0) return;
    this.#handedOver = this.#handedOver.then(async () => {
      const text = await inBase64(data);
      window.meetRecorderChunk?.(`${this.#chunks} ${text}`);
      this.#chunks += 1;
    });
  }
}

function tabOptions({ width, height, frameRate }: Quality): DisplayMediaStreamOptions {
  return {
    preferCurrentTab: true,
    // A limit of exactly that would drop every picture that comes a hair early.
    video: { width, height, frameRate: { max: frameRate * 1.1 } },
  } as DisplayMediaStreamOptions;
}

function inBase64(data: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      // The last comma: there is one between the codecs as well.
      const url = reader.result as string;
      resolve(url.slice(url.lastIndexOf(',') + 1));
    });
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(data);
  });
}
