import { Store } from '../../store';
import type { ApiError, RecordingFacts } from '../api';
import type { RecordingSignal } from '../signals';
import {
  happened,
  hasFailed,
  isOver,
  latest,
  type Recording,
  type RecordingEvent,
} from './recording';
import { ServerClock } from './server-clock';

export interface RecordingState {
  /** False also until the server has said so: what may not be there is not shown for a moment. */
  isAvailable: boolean;
  recording: Recording | null;
  freeRecorders: number | null;
  hasRecordings: boolean;
  /** Our own press is under way. */
  isStarting: boolean;
  isStopping: boolean;
  /** The recording that the person here knows of and stayed. */
  answeredId: string | null;
}

export type Phase = 'idle' | 'starting' | 'recording' | 'saving';

export type Refusal = { kind: 'startRefused' | 'stopRefused'; error: ApiError };
export type RecordingNews = RecordingEvent | Refusal;

/** What is asked of the server, with whatever token is valid at the time; it fails with an `ApiError`. */
export interface RecordingServer {
  facts(): Promise<RecordingFacts>;
  start(): Promise<Recording | null>;
  stop(id: string): Promise<Recording | null>;
}

/** A start that is silent for longer than a start may take has been lost on the way. */
const GIVE_UP_MS = 30_000;
const RETRY_MS = 10_000;
/** The reason of a failed start comes as a signal, about when the answer does. */
const REASON_WITHIN_MS = 1_000;

/** The recording of the room's meeting: what the server tells of it, and what we ask for. */
export class MeetingRecording extends Store<RecordingState> {
  readonly clock: ServerClock;
  readonly #server: RecordingServer;
  readonly #observers = new Set<(news: RecordingNews) => void>();
  readonly #past = new Set<string>();
  #messages = 0;
  #failures = 0;
  #isKnown = false;
  #stopIsOnItsWay = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;

  constructor(server: RecordingServer, clock = new ServerClock()) {
    super({
      isAvailable: false,
      recording: null,
      freeRecorders: null,
      hasRecordings: false,
      isStarting: false,
      isStopping: false,
      answeredId: null,
    });
    this.#server = server;
    this.clock = clock;
  }

  observe(observer: (news: RecordingNews) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** We have come into the meeting: what was known before may have changed on the way in. */
  enter(): void {
    this.#isKnown = false;
    this.update({ recording: null });
    void this.refresh();
  }

  async refresh(): Promise<void> {
    await this.#ask({ givesUp: false });
  }

  hear({ recording, sentAt }: RecordingSignal): void {
    this.clock.learn(sentAt);
    this.#isKnown = true;
    this.#take(recording);
  }

  async start(): Promise<void> {
    if (this.state.isStarting || this.state.isStopping) return;
    const failures = this.#failures;
    this.update({ isStarting: true });
    try {
      this.#take((await this.#server.start()) ?? this.state.recording);
    } catch (error) {
      await this.#onRefusedStart(error as ApiError, failures);
    }
    this.update({ isStarting: false });
    if (this.state.isStopping) await this.#stopWhatRuns();
  }

  /** Also takes back a start, if need be as soon as the recorder on its way can be named. */
  async stop(): Promise<void> {
    if (this.state.isStopping) return;
    this.update({ isStopping: true });
    if (!this.state.recording?.id) await this.refresh();
    await this.#stopWhatRuns();
  }

  /** The person here knows of the recording and stays. */
  answer(): void {
    this.update({ answeredId: this.state.recording?.id ?? null });
  }

  /** Seconds since the recording began. */
  elapsed(): number {
    const since = this.state.recording?.startedAt;
    return since == null ? 0 : (this.clock.now() - since) / 1000;
  }

  async #ask({ givesUp }: { givesUp: boolean }): Promise<void> {
    clearTimeout(this.#retry);
    const messages = this.#messages;
    try {
      const { answeredAt, recording, ...facts } = await this.#server.facts();
      if (answeredAt !== null) this.clock.learn(answeredAt);
      this.update(facts);
      // «None» may be older than what was told meanwhile, and a start has no name for a moment. How the last one ended
      // stays to be seen.
      const known = this.state.recording;
      const isNews =
        messages === this.#messages && !(known && isOver(known)) && (givesUp || !isNameless(known));
      if (recording || isNews) this.#take(recording);
      this.#isKnown = true;
    } catch (error) {
      if (!(error as ApiError).isPassing) return;
      this.#retry = setTimeout(() => void this.#ask({ givesUp }), RETRY_MS);
    }
  }

  #take(next: Recording | null): void {
    if (next) this.#messages += 1;
    const before = this.state.recording;
    if (next && this.#past.has(next.id)) {
      this.#tellOfPast(next);
      return;
    }
    const after = next && this.#dated(latest(before, next));
    if (before?.id && before.id !== after?.id) this.#past.add(before.id);
    const news = happened(before, after);
    this.update({
      recording: after,
      ...(isThere(after) && { hasRecordings: true }),
      // Who pressed the button need not be told.
      ...(this.state.isStarting && after?.status === 'active' && { answeredId: after.id }),
    });
    if (after?.status === 'starting') this.#watchStart();
    if (news && this.#isKnown) this.#tell(news);
    if (this.state.isStopping) void this.#stopWhatRuns();
    // Its recorder is free again.
    if (before && after && !isOver(before) && isOver(after)) void this.refresh();
  }

  /** Its file may still be on its way while the next recording runs. */
  #tellOfPast(recording: Recording): void {
    if (isOver(recording) && hasFailed(recording)) {
      this.#tell({ kind: 'failed', recording, wasRunning: false });
    }
  }

  /** The recorder's own time is better, but a clock that stands still is worse than one a moment late. */
  #dated(recording: Recording): Recording {
    if (recording.status !== 'active' || recording.startedAt !== null) return recording;
    const known = this.state.recording;
    const startedAt = known?.id === recording.id ? known.startedAt : null;
    return { ...recording, startedAt: startedAt ?? this.clock.now() };
  }

  async #onRefusedStart(error: ApiError, failuresBefore: number): Promise<void> {
    if (error.status === 503) await pause(REASON_WITHIN_MS);
    const isExplained = this.#failures > failuresBefore || this.state.isStopping;
    await this.#ask({ givesUp: true });
    if (!isExplained) this.#tell({ kind: 'startRefused', error });
  }

  async #stopWhatRuns(): Promise<void> {
    const { recording, isStarting } = this.state;
    if (this.#stopIsOnItsWay) return;
    if (!recording?.id || !isLive(recording)) {
      const mayStillCome = isStarting || recording?.status === 'starting';
      if (!mayStillCome) this.update({ isStopping: false });
      return;
    }
    this.#stopIsOnItsWay = true;
    await this.#askToStop(recording.id);
    this.#stopIsOnItsWay = false;
    // A start of our own that was taken back is under way until it is answered.
    if (!this.state.isStarting) this.update({ isStopping: false });
  }

  async #askToStop(id: string): Promise<void> {
    try {
      const stopped = await this.#server.stop(id);
      if (stopped) this.#take(stopped);
    } catch (error) {
      // 409: it had not begun, and never will; or somebody was faster. 404: it is no more.
      const isDone = [404, 409].includes((error as ApiError).status);
      if (!isDone) this.#tell({ kind: 'stopRefused', error: error as ApiError });
      await this.refresh();
    }
  }

  #watchStart(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      if (this.state.recording?.status === 'starting') void this.#ask({ givesUp: true });
    }, GIVE_UP_MS);
  }

  #tell(news: RecordingNews): void {
    if (news.kind === 'failed') this.#failures += 1;
    for (const observer of [...this.#observers]) observer(news);
  }
}

export function phase({ recording, isStarting }: RecordingState): Phase {
  if (recording?.status === 'active') return 'recording';
  if (isStarting || recording?.status === 'starting') return 'starting';
  return recording?.status === 'ending' ? 'saving' : 'idle';
}

/** Everybody in a recorded meeting is told once, and may leave. */
export function asksForConsent({ recording, answeredId }: RecordingState): boolean {
  return recording?.status === 'active' && recording.id !== answeredId;
}

function isLive(recording: Recording | null): boolean {
  return recording?.status === 'starting' || recording?.status === 'active';
}

function isNameless(recording: Recording | null): boolean {
  return recording?.status === 'starting' && recording.id === '';
}

/** There is something in the list of recordings. */
function isThere(recording: Recording | null): boolean {
  return recording !== null && recording.id !== '' && recording.status !== 'starting';
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
