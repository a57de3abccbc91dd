import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type RecordingFacts } from '../../src/meeting/api';
import { pressed } from '../../src/meeting/recording/control';
import {
  asksForConsent,
  MeetingRecording,
  phase,
  type RecordingNews,
} from '../../src/meeting/recording/meeting-recording';
import type { Recording, RecordingStatus } from '../../src/meeting/recording/recording';
import { ServerClock } from '../../src/meeting/recording/server-clock';

let facts: RecordingFacts;
let server: ReturnType<typeof quietServer>;
let meeting: MeetingRecording;
let news: RecordingNews[];
let passed: number;

beforeEach(async () => {
  vi.useFakeTimers();
  passed = 0;
  facts = {
    isAvailable: true,
    recording: null,
    freeRecorders: 1,
    hasRecordings: false,
    answeredAt: null,
  };
  server = quietServer();
  meeting = new MeetingRecording(server, new ServerClock(() => passed));
  news = [];
  meeting.observe((told) => news.push(told));
  meeting.enter();
  await settled();
});
afterEach(() => vi.useRealTimers());

const settled = () => vi.advanceTimersByTimeAsync(0);
const hear = (status: RecordingStatus, id = 'r1', more: Partial<Recording> = {}) =>
  meeting.hear({ recording: recording(status, id, more), sentAt: 1_000_000 });
const kinds = () => news.map(({ kind }) => kind);

describe('coming into a meeting', () => {
  it('shows what runs, silently, and asks whether one stays', async () => {
    facts.recording = recording('active', 'r1', { startedAt: 990_000 });
    facts.answeredAt = 1_000_000;
    meeting.enter();
    await settled();
    expect(phase(meeting.state)).toBe('recording');
    expect(meeting.elapsed()).toBe(10);
    expect(asksForConsent(meeting.state)).toBe(true);
    expect(news).toEqual([]);
  });

  it('offers nothing until the server has said that there is recording', async () => {
    server.facts.mockRejectedValue(new ApiError('forbidden-room-access', 'no', { status: 403 }));
    const other = new MeetingRecording(server);
    other.enter();
    await settled();
    expect(other.state.isAvailable).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.facts).toHaveBeenCalledTimes(2);
  });

  it('asks again when the server did not answer', async () => {
    server.facts.mockRejectedValueOnce(new ApiError('unreachable', 'no'));
    const other = new MeetingRecording(server);
    other.enter();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(other.state.isAvailable).toBe(true);
  });

  it('believes a signal more than an answer that is older', async () => {
    const answer = deferred<RecordingFacts>();
    server.facts.mockReturnValueOnce(answer.promise);
    meeting.enter();
    hear('active');
    answer.resolve(facts);
    await settled();
    expect(phase(meeting.state)).toBe('recording');
  });
});

it('looks again how many recorders are free when one has become so', async () => {
  facts = { ...facts, freeRecorders: 0, recording: recording('active') };
  hear('active');
  await meeting.refresh();
  expect(meeting.state.freeRecorders).toBe(0);
  facts = { ...facts, freeRecorders: 1, recording: null };
  hear('complete');
  await settled();
  expect(meeting.state.freeRecorders).toBe(1);
});

describe('consent', () => {
  it('is asked for once for each recording, also after a reconnection', async () => {
    hear('active');
    expect(asksForConsent(meeting.state)).toBe(true);
    meeting.answer();
    facts.recording = recording('active');
    await meeting.refresh();
    meeting.enter();
    await settled();
    expect(asksForConsent(meeting.state)).toBe(false);
    hear('ending');
    hear('active', 'r2');
    expect(asksForConsent(meeting.state)).toBe(true);
  });

  it('is moot once the recording is over', () => {
    hear('active');
    hear('ending');
    expect(asksForConsent(meeting.state)).toBe(false);
  });

  it('is not asked of whoever started it', async () => {
    const started = deferred<Recording>();
    server.start.mockReturnValueOnce(started.promise);
    const starting = meeting.start();
    hear('starting', '');
    hear('active');
    expect(asksForConsent(meeting.state)).toBe(false);
    started.resolve(recording('active'));
    await starting;
    expect(asksForConsent(meeting.state)).toBe(false);
    expect(kinds()).toEqual(['started']);
  });
});

describe('the time', () => {
  it('runs by the server`s clock', () => {
    hear('active', 'r1', { startedAt: 940_000 });
    passed = 1_000;
    expect(meeting.elapsed()).toBe(61);
  });

  it('runs from the first word of it where nobody says when it began', () => {
    hear('active');
    passed = 2_000;
    hear('active');
    expect(meeting.elapsed()).toBe(2);
  });
});

describe('a start', () => {
  it('that nobody hears of any more is given up', async () => {
    hear('starting', '');
    await meeting.refresh();
    expect(phase(meeting.state)).toBe('starting');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(phase(meeting.state)).toBe('idle');
  });

  it('is not asked for twice', async () => {
    void meeting.start();
    await meeting.start();
    expect(server.start).toHaveBeenCalledTimes(1);
  });

  it('that fails is explained once, by the reason that the server signals', async () => {
    server.start.mockRejectedValueOnce(refusal(503));
    const starting = meeting.start();
    hear('starting', '');
    await settled();
    hear('failed', '', { errorCode: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    await starting;
    expect(kinds()).toEqual(['failed']);
    expect(meeting.state.isStarting).toBe(false);
  });

  it.each([[403], [404], [409], [429], [503], [0]])(
    'that is refused with %i is explained',
    async (status) => {
      server.start.mockRejectedValueOnce(refusal(status));
      const starting = meeting.start();
      await vi.advanceTimersByTimeAsync(1_000);
      await starting;
      expect(news).toMatchObject([{ kind: 'startRefused', error: { status } }]);
      expect(phase(meeting.state)).toBe('idle');
    },
  );
});

describe('cancelling a start', () => {
  it('stops it as soon as it has a name, and says nothing of the refusal', async () => {
    const started = deferred<Recording>();
    server.start.mockReturnValueOnce(started.promise);
    server.stop.mockRejectedValueOnce(refusal(409));
    const starting = meeting.start();
    hear('starting', '');
    await meeting.stop();
    expect(server.stop).not.toHaveBeenCalled();
    hear('starting', 'r1');
    facts.recording = recording('starting', 'r1');
    await settled();
    expect(server.stop).toHaveBeenCalledWith('r1');
    facts.recording = null;
    started.reject(refusal(503));
    hear('failed', 'r1', { errorCode: 8 });
    await vi.advanceTimersByTimeAsync(1_000);
    await starting;
    expect(kinds()).toEqual(['cancelled']);
    expect(meeting.state).toMatchObject({ isStarting: false, isStopping: false });
  });

  it('of somebody else asks the server for the name', async () => {
    hear('starting', '');
    facts.recording = recording('starting', 'r7');
    await meeting.stop();
    expect(server.stop).toHaveBeenCalledWith('r7');
  });

  it('ends when the start ends without one', async () => {
    hear('starting', '');
    server.facts.mockRejectedValueOnce(new ApiError('unreachable', 'no'));
    await meeting.stop();
    expect(meeting.state.isStopping).toBe(true);
    hear('failed', '', { errorCode: 1 });
    expect(meeting.state.isStopping).toBe(false);
  });
});

describe('a stop', () => {
  it('shows at once that it is being saved', async () => {
    hear('active');
    server.stop.mockResolvedValueOnce(recording('ending'));
    await meeting.stop();
    expect(phase(meeting.state)).toBe('saving');
    expect(kinds()).toEqual(['started', 'stopped']);
  });

  it('that somebody else was faster with is no failure', async () => {
    hear('active');
    server.stop.mockRejectedValueOnce(refusal(409));
    await meeting.stop();
    expect(kinds()).toEqual(['started', 'stopped']);
    expect(phase(meeting.state)).toBe('idle');
  });

  it('that is refused leaves everything as it is, and says so', async () => {
    hear('active');
    facts.recording = recording('active');
    server.stop.mockRejectedValueOnce(refusal(500));
    await meeting.stop();
    expect(kinds()).toEqual(['started', 'stopRefused']);
    expect(phase(meeting.state)).toBe('recording');
    expect(meeting.state.isStopping).toBe(false);
  });
});

describe('an earlier recording', () => {
  it('does not take the place of the one that runs, but its failure is told', () => {
    hear('active');
    hear('ending');
    hear('starting', '');
    hear('active', 'r2');
    news.length = 0;
    hear('complete', 'r1');
    expect(news).toEqual([]);
    hear('failed', 'r1', { errorCode: 5 });
    expect(kinds()).toEqual(['failed']);
    expect(meeting.state.recording).toMatchObject({ id: 'r2', status: 'active' });
  });
});

describe('the end of a recording', () => {
  it('stays to be seen when the server knows of none any more', async () => {
    hear('starting', '');
    hear('failed', '', { errorCode: 1 });
    await settled();
    expect(server.facts).toHaveBeenCalledTimes(2);
    expect(meeting.state.recording?.status).toBe('failed');
    hear('starting', '');
    expect(phase(meeting.state)).toBe('starting');
  });
});

describe('the list of recordings', () => {
  it('has something in it once one has begun', () => {
    hear('starting', '');
    hear('starting', 'r1');
    expect(meeting.state.hasRecordings).toBe(false);
    hear('active');
    expect(meeting.state.hasRecordings).toBe(true);
  });
});

describe('the button', () => {
  it('asks before a start only where thumbs press, and always before a stop', () => {
    expect(pressed('idle', false)).toBe('start');
    expect(pressed('idle', true)).toBe('askToStart');
    expect(pressed('saving', false)).toBe('start');
    expect(pressed('starting', true)).toBe('cancel');
    expect(pressed('recording', false)).toBe('askToStop');
  });
});

function quietServer() {
  return {
    facts: vi.fn(async () => facts),
    start: vi.fn(async (): Promise<Recording | null> => recording('active')),
    stop: vi.fn(async (_id: string): Promise<Recording | null> => recording('ending')),
  };
}

/** Answered when the test says so. */
function deferred<T>() {
  const answers: Partial<{ resolve(value: T): void; reject(error: unknown): void }> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(answers, { resolve, reject }));
  return { promise, ...(answers as Required<typeof answers>) };
}

function refusal(status: number): ApiError {
  return new ApiError('internal-error', 'no', { status });
}

function recording(status: RecordingStatus, id = 'r1', more: Partial<Recording> = {}): Recording {
  return { id, status, startedAt: null, duration: null, errorCode: null, error: null, ...more };
}
