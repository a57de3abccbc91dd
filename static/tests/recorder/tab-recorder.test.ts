import { afterEach, expect, it, vi } from 'vitest';
import { TabRecorder } from '../../src/recorder/tab-recorder';
import { FakeRoom } from '../meeting/cast';
import { type FakeStream, stubWebAudio } from './web-audio';

class FakeMediaRecorder extends EventTarget {
  static last: FakeMediaRecorder;
  state = 'inactive';
  readonly stream: FakeStream;

  constructor(stream: FakeStream) {
    super();
    this.stream = stream;
    FakeMediaRecorder.last = this;
  }

  start(): void {
    this.state = 'recording';
  }

  give(text: string): void {
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob([text]) }));
  }

  stop(): void {
    this.state = 'inactive';
    queueMicrotask(() => {
      this.give('the end');
      this.dispatchEvent(new Event('stop'));
    });
  }
}

/** Small pieces are read sooner than large ones, as they may be. */
class FakeFileReader extends EventTarget {
  result = '';

  async readAsDataURL(data: Blob): Promise<void> {
    const text = await data.text();
    this.result = `data:video/mp4;codecs=avc1,opus;base64,${btoa(text)}`;
    setTimeout(() => this.dispatchEvent(new Event('load')), text.length);
  }
}

const TAB = { getVideoTracks: () => ['picture of the tab'] };

const QUALITY = {
  width: 1280,
  height: 720,
  frameRate: 30,
  videoBitsPerSecond: 2_500_000,
  audioBitsPerSecond: 128_000,
};

afterEach(() => vi.unstubAllGlobals());

it('hands numbered pieces over in order, the last one before it says that it stopped', async () => {
  const pieces: string[] = [];
  vi.stubGlobal('MediaRecorder', FakeMediaRecorder);
  vi.stubGlobal('FileReader', FakeFileReader);
  stubWebAudio();
  vi.stubGlobal('navigator', { mediaDevices: { getDisplayMedia: async () => TAB } });
  vi.stubGlobal('window', { meetRecorderChunk: (piece: string) => pieces.push(piece) });

  const recorder = new TabRecorder(new FakeRoom().asRoom());
  await recorder.start(QUALITY);
  FakeMediaRecorder.last.give('a long piece that takes long to read');
  FakeMediaRecorder.last.give('');
  FakeMediaRecorder.last.give('short');
  await recorder.stop();

  expect(FakeMediaRecorder.last.stream.tracks).toEqual(['picture of the tab', 'all voices']);
  const told = pieces.map((piece) => piece.split(' ')).map(([n, text]) => [n, atob(text ?? '')]);
  expect(told).toEqual([
    ['0', 'a long piece that takes long to read'],
    ['1', 'short'],
    ['2', 'the end'],
  ]);
});
