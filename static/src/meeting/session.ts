import {
  type DisconnectReason,
  type LocalParticipant,
  type LocalTrack,
  MediaDeviceFailure,
  type Participant,
  type Room,
  RoomEvent,
  Track,
} from 'livekit-client';
import { Store } from '../store';
import { type Person, peopleIn, ShareOrder } from '../tiles/people';
import { type EndReason, endReason } from './disconnect';
import type { LocalMedia } from './media/capture';
import type { DeviceKind } from './media/choices';
import { BROWSER_KINDS, type CaptureProblem, captureProblem } from './media/devices';
import { noPermissions, type Permissions, parseMetadata } from './membership';
import { screenOptions } from './room-options';
import {
  type Packet,
  type RecordingSignal,
  type RightsSignal,
  recordingSignal,
  rightsSignal,
} from './signals';

export type Source = 'camera' | 'microphone' | 'screen';

export interface SessionState {
  phase: 'connecting' | 'live' | 'reconnecting' | 'ended';
  reconnectingSince: number | null;
  people: Person[];
  permissions: Permissions;
  /** What the local person may publish right now: the room's permission and LiveKit's grant. */
  may: Record<Source, boolean>;
  /** Presses are ignored while one of the kind is under way. */
  busy: Record<Source, boolean>;
  isSoundBlocked: boolean;
  endReason: EndReason | null;
}

export type SessionEvent =
  | { kind: 'joined' | 'left'; name: string }
  | { kind: 'permissions' | 'promoted' | 'demoted' }
  | { kind: 'token'; signal: RightsSignal }
  | { kind: 'recording'; signal: RecordingSignal }
  | { kind: 'reconnected' }
  | { kind: 'trouble'; source: Source; problem: CaptureProblem };

const IDLE: Record<Source, boolean> = { camera: false, microphone: false, screen: false };

/** The numbers of LiveKit's wire format. */
const GRANT_NUMBERS: Record<Source, number> = { camera: 1, microphone: 2, screen: 3 };

const REDRAW_ON = [
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
  RoomEvent.ParticipantNameChanged,
] as const;

/** One stay in a meeting: wraps a LiveKit room, tells the page what to draw and what happened. */
export class MeetingSession extends Store<SessionState> {
  readonly room: Room;
  readonly #shares = new ShareOrder();
  readonly #observers = new Set<(event: SessionEvent) => void>();
  #endedBySelf = false;
  #isPromoted = false;
  #redrawIsDue = false;

  constructor(room: Room, permissions: Permissions = noPermissions()) {
    super({
      phase: 'connecting',
      reconnectingSince: null,
      people: [],
      permissions,
      may: publishable(permissions, undefined),
      busy: IDLE,
      isSoundBlocked: false,
      endReason: null,
    });
    this.room = room;
    this.#listen();
  }

  /** `prepared`: the tracks of the device view; each is published as soon as both ends are ready. */
  async connect(
    url: string,
    token: string,
    prepared: Promise<LocalMedia | null>[] = [],
  ): Promise<void> {
    const signalled = new Promise<void>((resolve) => {
      this.room.once(RoomEvent.SignalConnected, resolve);
    });
    for (const pending of prepared) void this.#publish(pending, signalled);
    await this.room.connect(url, token);
    this.update({ phase: 'live', isSoundBlocked: !this.room.canPlaybackAudio });
    this.#redraw();
  }

  observe(observer: (event: SessionEvent) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  setCamera(on: boolean): Promise<void> {
    return this.#guarded('camera', () => this.room.localParticipant.setCameraEnabled(on));
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.#guarded('microphone', () => this.room.localParticipant.setMicrophoneEnabled(on));
  }

  setScreenShare(on: boolean): Promise<void> {
    const { localParticipant } = this.room;
    return this.#guarded('screen', () =>
      localParticipant.setScreenShareEnabled(on, on ? screenOptions : undefined),
    );
  }

  /** Swaps what is shown inside the running share: viewers keep their tile. */
  replaceScreenShare(): Promise<void> {
    const { localParticipant } = this.room;
    return this.#guarded('screen', async () => {
      const current = localParticipant.getTrackPublication(Track.Source.ScreenShare)?.videoTrack;
      const tracks = await localParticipant.createScreenTracks({ ...screenOptions, audio: false });
      const next = tracks[0]?.mediaStreamTrack;
      if (!current || !next) return;
      const previous = current.mediaStreamTrack;
      await current.replaceTrack(next, { userProvidedTrack: false });
      previous.stop();
    });
  }

  async switchDevice(kind: DeviceKind, deviceId: string): Promise<void> {
    await this.room.switchActiveDevice(BROWSER_KINDS[kind], deviceId).catch((error) => {
      if (kind !== 'speaker') {
        this.#emit({ kind: 'trouble', source: kind, problem: captureProblem(error) });
      }
    });
    this.#redraw();
  }

  activeDevice(kind: DeviceKind): string | undefined {
    return this.room.getActiveDevice(BROWSER_KINDS[kind]);
  }

  /** Browsers hold sound back until a press; this runs inside that press. */
  async allowSound(): Promise<void> {
    await this.room.startAudio().catch(() => undefined);
    this.update({ isSoundBlocked: !this.room.canPlaybackAudio });
  }

  async leave(): Promise<void> {
    await this.room.disconnect();
  }

  /** Called before asking the server to end the meeting, so that the end view knows who did it. */
  expectEnd(isExpected: boolean): void {
    this.#endedBySelf = isExpected;
  }

  #listen(): void {
    const { room } = this;
    for (const event of REDRAW_ON) room.on(event, this.#redraw);
    room
      .on(RoomEvent.ParticipantConnected, (person) => this.#onCrowd('joined', person))
      .on(RoomEvent.ParticipantDisconnected, (person) => this.#onCrowd('left', person))
      .on(RoomEvent.ParticipantMetadataChanged, (_before, person) => this.#onRights(person))
      .on(RoomEvent.ParticipantPermissionsChanged, (_before, person) => this.#onRights(person))
      .on(RoomEvent.DataReceived, (data, sender, _kind, topic, _encryption, senderIdentity) =>
        this.#onData({ data, sender, topic, senderIdentity }),
      )
      .on(RoomEvent.SignalReconnecting, this.#onReconnecting)
      .on(RoomEvent.Reconnecting, this.#onReconnecting)
      .on(RoomEvent.Reconnected, this.#onReconnected)
      .on(RoomEvent.Disconnected, this.#onDisconnected)
      .on(RoomEvent.MediaDevicesError, this.#onDeviceError)
      .on(RoomEvent.AudioPlaybackStatusChanged, () =>
        this.update({ isSoundBlocked: !room.canPlaybackAudio }),
      );
  }

  #onCrowd(kind: 'joined' | 'left', person: Participant): void {
    this.#redraw();
    // Those found on arrival did not just join.
    if (this.state.phase === 'live') this.#emit({ kind, name: person.name || person.identity });
  }

  #onData(packet: Packet): void {
    const rights = rightsSignal(packet);
    if (rights) this.#emit({ kind: 'token', signal: rights });
    const recording = recordingSignal(packet);
    if (recording) this.#emit({ kind: 'recording', signal: recording });
  }

  #onRights(person: Participant): void {
    this.#redraw();
    if (!person.isLocal) return;
    const { isPromoted, ...metadata } = parseMetadata(person.metadata);
    const permissions = metadata.permissions ?? this.state.permissions;
    const wasPromoted = this.#isPromoted;
    this.#isPromoted = isPromoted;
    const may = publishable(permissions, person.permissions);
    const before = JSON.stringify([this.state.permissions, this.state.may]);
    this.update({ permissions, may });
    if (this.state.phase !== 'live' || before === JSON.stringify([permissions, may])) return;
    void this.#withdraw();
    if (isPromoted === wasPromoted) this.#emit({ kind: 'permissions' });
    else this.#emit({ kind: isPromoted ? 'promoted' : 'demoted' });
  }

  /** The server stops the stream; the page must also put out the camera's light. */
  async #withdraw(): Promise<void> {
    const { may, people } = this.state;
    const me = people[0];
    if (!may.camera && me?.hasCamera) await this.setCamera(false);
    if (!may.microphone && me?.hasMicrophone) await this.setMicrophone(false);
    if (!may.screen && me?.screen) await this.setScreenShare(false);
  }

  readonly #onReconnecting = (): void => {
    if (this.state.phase === 'ended' || this.state.phase === 'connecting') return;
    const reconnectingSince = this.state.reconnectingSince ?? Date.now();
    this.update({ phase: 'reconnecting', reconnectingSince });
  };

  readonly #onReconnected = (): void => {
    this.update({ phase: 'live', reconnectingSince: null });
    this.#redraw();
    this.#emit({ kind: 'reconnected' });
  };

  readonly #onDisconnected = (reason?: DisconnectReason): void => {
    // A failed attempt to connect also reports here; `connect` throws that one.
    if (this.state.phase === 'connecting') return;
    const wasReconnecting = this.state.phase === 'reconnecting';
    this.update({
      phase: 'ended',
      reconnectingSince: null,
      endReason: endReason(reason, { endedBySelf: this.#endedBySelf, wasReconnecting }),
    });
  };

  readonly #onDeviceError = (error: Error, kind?: MediaDeviceKind): void => {
    // Failures of our own calls are reported where they were made.
    if (!kind || kind === 'audiooutput' || !MediaDeviceFailure.getFailure(error)) return;
    const source = kind === 'videoinput' ? 'camera' : 'microphone';
    if (!this.state.busy[source]) {
      this.#emit({ kind: 'trouble', source, problem: captureProblem(error) });
    }
  };

  async #guarded(source: Source, change: () => Promise<unknown>): Promise<void> {
    if (this.state.busy[source]) return;
    this.update({ busy: { ...this.state.busy, [source]: true } });
    try {
      await change();
    } catch (error) {
      if (!isChangeOfMind(source, error)) {
        this.#emit({ kind: 'trouble', source, problem: captureProblem(error) });
      }
    } finally {
      this.update({ busy: { ...this.state.busy, [source]: false } });
      this.#redraw();
    }
  }

  async #publish(pending: Promise<LocalMedia | null>, signalled: Promise<void>): Promise<void> {
    const track = await pending;
    if (!track) return;
    await signalled;
    const source = track.kind === Track.Kind.Video ? 'camera' : 'microphone';
    await this.#guarded(source, () => this.room.localParticipant.publishTrack(track as LocalTrack));
  }

  /** LiveKit reports in bursts; one drawing per burst is enough. */
  readonly #redraw = (): void => {
    if (this.#redrawIsDue) return;
    this.#redrawIsDue = true;
    queueMicrotask(() => {
      this.#redrawIsDue = false;
      if (this.state.phase !== 'ended') this.update({ people: peopleIn(this.room, this.#shares) });
    });
  };

  #emit(event: SessionEvent): void {
    for (const observer of [...this.#observers]) observer(event);
  }
}

/** Closing the browser's picker is a choice; the operating system's refusal is a failure. */
function isChangeOfMind(source: Source, error: unknown): boolean {
  const { name, message } = error as { name?: string; message?: string };
  return source === 'screen' && name === 'NotAllowedError' && !/system/i.test(message ?? '');
}

function publishable(
  permissions: Permissions,
  grant: LocalParticipant['permissions'],
): Record<Source, boolean> {
  const granted = (source: Source) =>
    grant === undefined ||
    (grant.canPublish &&
      (grant.canPublishSources.length === 0 ||
        grant.canPublishSources.map(Number).includes(GRANT_NUMBERS[source])));
  return {
    camera: permissions.mediaPublishVideo && granted('camera'),
    microphone: permissions.mediaPublishAudio && granted('microphone'),
    screen: permissions.mediaShareScreen && granted('screen'),
  };
}
