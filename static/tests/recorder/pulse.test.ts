import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startPulse } from '../../src/recorder/pulse';

const toggle = vi.fn();
let shown = 0;
let videos: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  shown = 0;
  videos = [{ getVideoPlaybackQuality: () => ({ totalVideoFrames: shown }) }];
  vi.stubGlobal('document', { querySelectorAll: () => videos });
  startPulse({ classList: { toggle } } as unknown as HTMLElement);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** How often the dot changes in a second in which `pictures` come at even distances. */
function changes(pictures: number): number {
  toggle.mockClear();
  for (let tick = 0; tick < 5; tick += 1) {
    shown += pictures / 5;
    vi.advanceTimersByTime(200);
  }
  return toggle.mock.calls.length;
}

it('changes where nothing moves, with or without a video', () => {
  expect(changes(0)).toBe(5);
  videos = [];
  expect(changes(0)).toBe(5);
});

it('leaves more pictures of the film to the meeting while somebody moves', () => {
  expect(changes(25)).toBe(2);
  expect(changes(0)).toBe(5);
});

it('never stops: a video may play where nobody sees it', () => {
  for (let second = 0; second < 10; second += 1) expect(changes(25)).toBeGreaterThanOrEqual(2);
});
