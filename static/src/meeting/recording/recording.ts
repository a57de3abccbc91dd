const RANKS = {
  starting: 0,
  active: 1,
  ending: 2,
  complete: 3,
  failed: 3,
  aborted: 3,
  limit_reached: 3,
} as const;
const OVER = 3;

export type RecordingStatus = keyof typeof RANKS;

/** As much of a recording as people in the meeting need. */
export interface Recording {
  /** Empty as long as it has none: a start is told before there is a recorder, and also if none comes. */
  id: string;
  status: RecordingStatus;
  /** By the server's clock. */
  startedAt: number | null;
  duration: number | null;
  errorCode: number | null;
  error: string | null;
}

export type RecordingEvent =
  | { kind: 'started' | 'stopped' | 'cancelled' }
  | { kind: 'failed'; recording: Recording; wasRunning: boolean };

/** The code of the server for a start that somebody took back. */
const CANCELLED = 8;

export function toRecording(value: unknown): Recording | null {
  const raw = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof raw.recordingId !== 'string' || !isStatus(raw.status)) return null;
  return {
    id: raw.recordingId,
    status: raw.status,
    startedAt: number(raw.startDate),
    duration: number(raw.duration),
    errorCode: number(raw.errorCode),
    error: typeof raw.error === 'string' && raw.error !== '' ? raw.error : null,
  };
}

/** Which of two is the meeting's recording: messages come late, twice, and of recordings we never saw. */
export function latest(before: Recording | null, next: Recording): Recording {
  if (before === null) return next;
  if (before.id === next.id && next.id !== '') return further(before, next);
  if (RANKS[before.status] >= RANKS.ending) return next;
  if (next.id === '') {
    const hasFailed = before.status === 'starting' && isOver(next);
    return before.id === '' || hasFailed ? next : before;
  }
  // One that was never seen at work is an earlier one, unless it tells why this start came to nothing.
  if (isOver(next)) return before.id === '' && isFruitless(next) ? next : before;
  return next;
}

/** What people are to be told of; most changes are no news. */
export function happened(before: Recording | null, after: Recording | null): RecordingEvent | null {
  const wasRunning = before?.status === 'active';
  if (after === null) return wasRunning ? { kind: 'stopped' } : null;
  if (before?.id === after.id && before.status === after.status) return null;
  if (after.status === 'active') return { kind: 'started' };
  if (after.errorCode === CANCELLED) return { kind: 'cancelled' };
  if (isOver(after) && hasFailed(after)) return { kind: 'failed', recording: after, wasRunning };
  if (wasRunning && after.id === before.id) return { kind: 'stopped' };
  return after.status === 'aborted' ? { kind: 'cancelled' } : null;
}

/** Also where a file was saved, if it is not the whole recording. */
export function hasFailed({ status, errorCode }: Recording): boolean {
  if (errorCode === CANCELLED) return false;
  return status === 'failed' || status === 'limit_reached' || errorCode !== null;
}

export function isOver({ status }: Recording): boolean {
  return RANKS[status] === OVER;
}

export function isCancelled({ status, errorCode }: Recording): boolean {
  return errorCode === CANCELLED || status === 'aborted';
}

function further(before: Recording, next: Recording): Recording {
  return next.status === before.status || RANKS[next.status] > RANKS[before.status] ? next : before;
}

function isFruitless({ status }: Recording): boolean {
  return status === 'failed' || status === 'aborted';
}

function isStatus(value: unknown): value is RecordingStatus {
  return typeof value === 'string' && value in RANKS;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
