import { ConnectionError, type Participant, type Room, RoomEvent } from 'livekit-client';
import { Store } from '../store';
import { othersIn, type Person, ShareOrder } from '../tiles/people';
import { type Layout, nextSpeaker, toLayout } from './layouts';
import type { Signals } from './signals';

export interface RecordingState {
  people: Person[];
  layout: Layout;
  /** The identity of whoever speaks, or spoke last. */
  speaker: string | null;
  /** Why there is nothing to record. */
  trouble: string | null;
}

/** A meeting without pictures is recorded as well: with its sound and its names. */
const PATIENCE_FOR_PICTURES = 5_000;
const PATIENCE_FOR_OTHERS = 600;
/** LiveKit's own policy would go on for 40 seconds, and the file would grow with a frozen picture. */
const PATIENCE_FOR_RECONNECTION = 10_000;

const REDRAW_ON = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
] as const;

/** A stay in a meeting as its recorder: sees and hears everybody, is seen and heard by nobody. */
export class Recording extends Store<RecordingState> {
  readonly room: Room;
  readonly #signals: Signals;
  readonly #shares = new ShareOrder();
  #isConnected = false;
  #pictures = 0;
  #lostAt: number | null = null;
  #givingUp: ReturnType<typeof setTimeout> | undefined;
  #redrawIsDue = false;

  constructor(room: Room, layout: Layout, signals: Signals) {
    super({ people: [], layout, speaker: null, trouble: null });
    this.room = room;
    this.#signals = signals;
    this.#listen();
  }

  async connect(url: string, token: string): Promise<void> {
    try {
      await this.room.connect(url, token);
    } catch (error) {
      // LiveKit quotes the token that it refuses; Egress stores what the page says.
      this.update({ trouble: reasonOf(error).replaceAll(token, '***') });
      return;
    }
    this.#isConnected = true;
    this.#chooseLayout(this.room.localParticipant);
    this.#redraw();
    setTimeout(() => this.#signals.start(), PATIENCE_FOR_PICTURES);
  }

  /** The others' first pictures come a moment later; a film need not begin with black tiles. */
  readonly pictureCame = (): void => {
    this.#pictures += 1;
    if (this.#pictures >= this.#expectedPictures()) this.#signals.start();
    else setTimeout(() => this.#signals.start(), PATIENCE_FOR_OTHERS);
  };

  #expectedPictures(): number {
    const sources = this.state.people.flatMap(({ hasCamera, screen }) => [hasCamera, screen]);
    return sources.filter(Boolean).length;
  }

  #listen(): void {
    const { room } = this;
    for (const event of REDRAW_ON) room.on(event, this.#redraw);
    room
      .on(RoomEvent.ActiveSpeakersChanged, this.#onSpeakers)
      .on(RoomEvent.ParticipantMetadataChanged, (_before, person) => {
        if (person.isLocal) this.#chooseLayout(person);
        this.#redraw();
      })
      .on(RoomEvent.SignalReconnecting, this.#onReconnecting)
      .on(RoomEvent.Reconnecting, this.#onReconnecting)
      .on(RoomEvent.Reconnected, this.#onReconnected)
      .on(RoomEvent.Disconnected, this.#onDisconnected);
  }

  readonly #onSpeakers = (speakers: Participant[]): void => {
    const speaking = speakers.map(({ identity }) => identity);
    this.update({ speaker: nextSpeaker(this.state.speaker, speaking) });
    this.#redraw();
  };

  /** UpdateLayout of LiveKit Egress writes `{"layout": …}` into our metadata. */
  #chooseLayout({ metadata }: Participant): void {
    const layout = layoutIn(metadata);
    if (layout !== undefined) this.update({ layout: toLayout(layout) });
  }

  readonly #onReconnecting = (): void => {
    if (!this.#isConnected || this.#lostAt !== null) return;
    this.#lostAt = Date.now();
    this.#givingUp = setTimeout(() => {
      this.#end();
      void this.room.disconnect();
    }, PATIENCE_FOR_RECONNECTION);
  };

  readonly #onReconnected = (): void => {
    clearTimeout(this.#givingUp);
    this.#lostAt = null;
    this.#redraw();
  };

  readonly #onDisconnected = (): void => {
    // A failed attempt to connect also reports here; `connect` tells of that one.
    if (this.#isConnected) this.#end();
  };

  #end(): void {
    clearTimeout(this.#givingUp);
    this.#signals.end(this.#lostAt ?? Date.now(), this.#lostAt !== null);
  }

  /** LiveKit reports in bursts; one drawing per burst is enough. */
  readonly #redraw = (): void => {
    if (this.#redrawIsDue) return;
    this.#redrawIsDue = true;
    queueMicrotask(() => {
      this.#redrawIsDue = false;
      this.update({ people: othersIn(this.room, this.#shares) });
    });
  };
}

function layoutIn(metadata: string | undefined): unknown {
  try {
    return (JSON.parse(metadata || '{}') as { layout?: unknown } | null)?.layout;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const reason = error instanceof ConnectionError ? `${error.reasonName}: ` : '';
  return `LiveKit cannot be reached. ${reason}${error instanceof Error ? error.message : error}`;
}
