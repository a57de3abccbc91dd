import { describe, expect, it } from 'vitest';
import {
  happened,
  latest,
  type Recording,
  type RecordingStatus,
  toRecording,
} from '../../src/meeting/recording/recording';

const STATUSES: RecordingStatus[] = [
  'starting',
  'active',
  'ending',
  'complete',
  'failed',
  'aborted',
  'limit_reached',
];

describe('reading a recording', () => {
  it('takes what is there', () => {
    const raw = { recordingId: 'r1', status: 'active', startDate: 5, roomName: 'Stand-up' };
    expect(toRecording(raw)).toEqual(recording('active', 'r1', { startedAt: 5 }));
  });

  it.each([[null], ['active'], [{ status: 'active' }], [{ recordingId: 'r1', status: 'paused' }]])(
    'finds none in %o',
    (raw) => expect(toRecording(raw)).toBeNull(),
  );
});

describe('of one recording', () => {
  it.each(pairs())('%s after %s is believed: %s', (next, before, isBelieved) => {
    const known = recording(before);
    const told = recording(next, 'r1', { duration: 7 });
    expect(latest(known, told)).toBe(isBelieved ? told : known);
  });
});

describe('of two recordings', () => {
  it.each<[string, Recording | null, Recording, 'next' | 'before']>([
    ['the first', null, recording('starting', ''), 'next'],
    ['a start gets its name', recording('starting', ''), recording('starting', 'r2'), 'next'],
    ['a start succeeds', recording('starting', ''), recording('active', 'r2'), 'next'],
    ['a nameless start fails', recording('starting', ''), recording('failed', ''), 'next'],
    ['a named start fails', recording('starting', ''), recording('failed', 'r2'), 'next'],
    ['a named start is cancelled', recording('starting', ''), recording('aborted', 'r2'), 'next'],
    ['an unseen one is saved', recording('starting', ''), recording('complete', 'r0'), 'before'],
    ['a start fails without its name', recording('starting'), recording('failed', ''), 'next'],
    ['a late word of the start', recording('active'), recording('starting', ''), 'before'],
    ['a late word of a failure', recording('active'), recording('failed', ''), 'before'],
    ['an unseen one fails', recording('active'), recording('failed', 'r0'), 'before'],
    ['we missed the change', recording('active'), recording('active', 'r2'), 'next'],
    ['the next begins', recording('ending'), recording('starting', ''), 'next'],
    ['the next begins after a failure', recording('failed', ''), recording('starting', ''), 'next'],
    ['the next runs', recording('complete'), recording('active', 'r2'), 'next'],
  ])('%s', (_words, before, next, winner) => {
    expect(latest(before, next)).toBe(winner === 'next' ? next : before);
  });
});

describe('people are told', () => {
  const failed = recording('failed', 'r1', { errorCode: 3 });
  const saved = recording('complete', 'r1', { errorCode: 4 });
  const limited = recording('limit_reached');
  it.each<[string, Recording | null, Recording | null, unknown]>([
    ['that it began', recording('starting', ''), recording('active'), { kind: 'started' }],
    ['that it ended', recording('active'), recording('ending'), { kind: 'stopped' }],
    ['that it ended at once', recording('active'), recording('complete'), { kind: 'stopped' }],
    ['that it ended while we were away', recording('active'), null, { kind: 'stopped' }],
    ['that the next began', recording('active'), recording('active', 'r2'), { kind: 'started' }],
    ['why it failed', recording('starting', ''), failed, failure(failed, false)],
    ['why it broke off', recording('active'), failed, failure(failed, true)],
    ['why it is not whole', recording('active'), saved, failure(saved, true)],
    ['why it is not whole', recording('ending'), saved, failure(saved, false)],
    ['of a limit', recording('active'), limited, failure(limited, true)],
    ['of a start taken back', recording('starting'), recording('aborted'), { kind: 'cancelled' }],
    [
      'of a start taken back, as a failure',
      recording('starting', ''),
      recording('failed', 'r1', { errorCode: 8 }),
      { kind: 'cancelled' },
    ],
  ])('%s', (_words, before, after, news) => {
    expect(happened(before, after)).toEqual(news);
  });

  it.each<[string, Recording | null, Recording | null]>([
    ['of a start', null, recording('starting', '')],
    ['of the same twice', recording('active'), recording('active')],
    ['of a saved file', recording('ending'), recording('complete')],
    ['of nothing', recording('complete'), null],
    ['of nothing at all', null, null],
  ])('not %s', (_words, before, after) => {
    expect(happened(before, after)).toBeNull();
  });
});

/** Each status after each: a rank never falls, and of the ends the first one counts. */
function pairs(): [RecordingStatus, RecordingStatus, boolean][] {
  const rank = (status: RecordingStatus) => Math.min(STATUSES.indexOf(status), 3);
  return STATUSES.flatMap((before) =>
    STATUSES.map((next): [RecordingStatus, RecordingStatus, boolean] => [
      next,
      before,
      next === before || rank(next) > rank(before),
    ]),
  );
}

function failure(of: Recording, wasRunning: boolean) {
  return { kind: 'failed', recording: of, wasRunning };
}

function recording(status: RecordingStatus, id = 'r1', more: Partial<Recording> = {}): Recording {
  return { id, status, startedAt: null, duration: null, errorCode: null, error: null, ...more };
}
