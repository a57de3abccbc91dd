import { Room as LiveKitRoom } from 'livekit-client';
import { Store } from '../store';
import { type Api, ApiError, type DoorReason, type RoleAction, type Room } from './api';
import type { PageConfig } from './config';
import type { EndReason } from './disconnect';
import { Capture } from './media/capture';
import type { Choices } from './media/choices';
import type { DeviceList } from './media/devices';
import { type Membership, noPermissions, type Permissions, readMembership } from './membership';
import { MeetingRecording } from './recording/meeting-recording';
import { roomOptions } from './room-options';
import type { Secrets } from './secrets';
import { MeetingSession, type SessionEvent } from './session';
import type { RightsSignal } from './signals';
import { TokenRenewal } from './token-renewal';

export type View = 'loading' | 'join' | 'device' | 'connecting' | 'stage' | 'end' | 'error';

/** What the lobby says when it cannot let anybody through. */
export type Barrier = 'closed' | 'not-allowed' | 'encrypted' | 'unreachable';

export interface VisitState {
  view: View;
  room: Room | null;
  barrier: Barrier | null;
  name: string;
  isNameLocked: boolean;
  /** Joining failed for a reason that passes; the next attempt starts by itself. */
  retryAt: number | null;
  error: { reason: DoorReason; retryAfter: number | null } | null;
  endReason: EndReason | null;
}

export interface Surroundings {
  config: PageConfig;
  secrets: Secrets;
  api: Api;
  choices: Choices;
  devices: DeviceList;
  goTo(url: string): void;
  /** Opens a connection ahead of time, to the media server of the last visit. */
  warmUp(url: string): void;
  createSession?(membership: Membership, choices: Choices): MeetingSession;
}

const CHECK_AGAIN_MS = 5_000;

/** The walk from the link to the end view: which view is shown, and why. */
export class Visit extends Store<VisitState> {
  readonly surroundings: Surroundings;
  readonly recording: MeetingRecording;
  capture: Capture | null = null;
  session: MeetingSession | null = null;
  #membership: Membership | null = null;
  #renewal: TokenRenewal | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(surroundings: Surroundings) {
    const { config, secrets, choices } = surroundings;
    const given = secrets.participantName ?? config.participantName ?? config.userName;
    super({
      view: 'loading',
      room: null,
      barrier: null,
      name: given ?? choices.get('name'),
      isNameLocked: given !== null,
      retryAt: null,
      error: null,
      endReason: null,
    });
    this.surroundings = surroundings;
    const { api } = surroundings;
    this.recording = new MeetingRecording({
      facts: () => this.#withToken(api.recordingFacts),
      start: () => this.#withToken(api.startRecording),
      stop: (id) => this.#withToken((token) => api.stopRecording(token, id)),
    });
  }

  /** As the token has them; in the meeting the session knows of changes first. */
  get permissions(): Permissions {
    return this.#membership?.permissions ?? noPermissions();
  }

  async start(): Promise<void> {
    const { config, secrets, goTo } = this.surroundings;
    if (!secrets.secret && !config.signedIn) {
      goTo(config.loginUrl);
      return;
    }
    await this.#look();
  }

  /** From the lobby to the devices; capture starts inside this press, as browsers like it. */
  enter(name: string): void {
    const { choices, config, devices } = this.surroundings;
    const chosen = name.trim();
    const permissions = this.#membership?.permissions;
    if (!chosen || !permissions || this.state.barrier) return;
    clearTimeout(this.#timer);
    if (!this.state.isNameLocked && !config.signedIn) choices.set('name', chosen);
    this.capture = new Capture({
      choices,
      devices,
      allowed: { camera: permissions.mediaPublishVideo, microphone: permissions.mediaPublishAudio },
    });
    const mediaUrl = choices.get('mediaUrl');
    if (mediaUrl) this.surroundings.warmUp(mediaUrl);
    this.update({ view: 'device', name: chosen, retryAt: null });
    this.capture.start();
  }

  /** Back from the devices to the lobby. */
  retreat(): void {
    this.stopRetrying();
    this.#dropCapture();
    this.update({ view: 'join' });
  }

  async join(): Promise<void> {
    if (this.state.view !== 'device') return;
    clearTimeout(this.#timer);
    this.update({ view: 'connecting', retryAt: null });
    try {
      await this.#connect();
    } catch (error) {
      this.session = null;
      this.#onJoinFailure(asApiError(error));
    }
  }

  stopRetrying(): void {
    clearTimeout(this.#timer);
    this.update({ retryAt: null });
  }

  async endMeeting(): Promise<void> {
    const { session, surroundings } = this;
    if (!session) return;
    session.expectEnd(true);
    try {
      await this.#withToken(surroundings.api.endMeeting);
    } catch (error) {
      session.expectEnd(false);
      throw error;
    }
  }

  async kick(identity: string): Promise<void> {
    await this.#withToken((token) => this.surroundings.api.kick(token, identity));
  }

  async changeRole(identity: string, action: RoleAction): Promise<void> {
    await this.#withToken((token) => this.surroundings.api.changeRole(token, identity, action));
  }

  async shareLink(): Promise<string | null> {
    if (!this.#membership?.permissions.roomShareAccessLinks) return null;
    return this.#withToken(this.surroundings.api.shareLink).catch(() => null);
  }

  /** From an error back to where the walk begins. */
  async retry(): Promise<void> {
    this.update({ view: 'loading', endReason: null, error: null });
    await this.#look();
  }

  /** A fresh look at the room first: it may have closed meanwhile. */
  async rejoin(): Promise<void> {
    await this.retry();
    if (this.state.view === 'join' && !this.state.barrier) this.enter(this.state.name);
  }

  /** A change of roles makes every token of the room stale; one fresh token later all is well again. */
  async #withToken<T>(call: (token: string) => Promise<T>): Promise<T> {
    const { api, secrets } = this.surroundings;
    try {
      return await call(this.#membership?.token ?? '');
    } catch (error) {
      const failure = asApiError(error);
      if (failure.reason !== 'session-expired') throw failure;
      return call(await api.memberToken({ secret: secrets.secret }));
    }
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const { api, secrets } = this.surroundings;
    try {
      const token = await api.memberToken({ secret: secrets.secret });
      this.#membership = readMembership(token);
      const room = await api.room(token);
      this.update({ view: 'join', room, barrier: this.#barrier(room), error: null });
      void this.recording.refresh();
    } catch (error) {
      const failure = asApiError(error);
      if (!failure.isPassing) return this.#refuse(failure);
      this.update({ view: 'join', barrier: 'unreachable' });
    }
    this.#lookAgainIfShut();
  }

  #barrier(room: Room): Barrier | null {
    if (room.status === 'closed') return 'closed';
    if (!this.#membership?.permissions.meetingJoin) return 'not-allowed';
    // Never send in the clear what the room promises to seal.
    return room.isEncrypted ? 'encrypted' : null;
  }

  #lookAgainIfShut(): void {
    const { barrier } = this.state;
    if (barrier === 'closed' || barrier === 'unreachable') {
      this.#timer = setTimeout(() => void this.#look(), CHECK_AGAIN_MS);
    }
  }

  async #connect(): Promise<void> {
    const { api, secrets, choices, createSession = defaultSession } = this.surroundings;
    const token = await api.memberToken({
      secret: secrets.secret,
      participantName: this.state.name,
    });
    const membership = readMembership(token);
    if (!membership.livekitUrl) throw new ApiError('internal-error', 'no media address');
    const session = createSession(membership, choices);
    this.session = session;
    await session.connect(membership.livekitUrl, token, this.capture?.tracks());
    this.#membership = membership;
    choices.set('mediaUrl', membership.livekitUrl);
    this.capture?.release();
    this.#renewal = new TokenRenewal(membership, api.refreshToken, (renewed) => {
      this.#membership = renewed;
    });
    session.subscribe(() => this.#onSession(session));
    session.observe((event) => this.#onEvent(event));
    this.recording.enter();
    this.update({ view: 'stage' });
    this.#onSession(session);
  }

  #onEvent(event: SessionEvent): void {
    if (event.kind === 'token') void this.#renewToken(event.signal);
    if (event.kind === 'recording') this.recording.hear(event.signal);
    // What was told meanwhile did not reach us.
    if (event.kind === 'reconnected') void this.recording.refresh();
  }

  /** The server has changed what we may do. LiveKit knows already; this is for what the page asks of the server. */
  async #renewToken(signal: RightsSignal): Promise<void> {
    const { api, secrets } = this.surroundings;
    const previous = this.#membership?.token;
    if (!previous) return;
    const asked =
      signal === 'role'
        ? api.refreshToken(previous)
        : api.memberToken({ secret: secrets.secret, participantName: this.state.name, previous });
    // The old token serves until it is refused, and then a fresh one is asked for.
    const token = await asked.catch(() => null);
    if (token && this.session) this.#renewal?.replace(readMembership(token));
  }

  #onSession(session: MeetingSession): void {
    if (session !== this.session || session.state.phase !== 'ended') return;
    this.session = null;
    this.#renewal?.stop();
    // The last one may have been made since we asked.
    void this.recording.refresh();
    this.#dropCapture();
    this.update({ view: 'end', endReason: session.state.endReason });
  }

  #onJoinFailure(failure: ApiError): void {
    this.capture?.restore();
    if (failure.isPassing) {
      this.update({ view: 'device', retryAt: Date.now() + CHECK_AGAIN_MS });
      this.#timer = setTimeout(() => void this.join(), CHECK_AGAIN_MS);
    } else if (failure.reason === 'closed-room') {
      this.#dropCapture();
      this.update({ view: 'join', barrier: 'closed' });
      this.#lookAgainIfShut();
    } else {
      this.#refuse(failure);
    }
  }

  #refuse({ reason, retryAfter }: ApiError): void {
    const { config, goTo } = this.surroundings;
    this.#dropCapture();
    if (reason === 'session-expired') goTo(config.loginUrl);
    else this.update({ view: 'error', error: { reason, retryAfter } });
  }

  #dropCapture(): void {
    this.capture?.stop();
    this.capture = null;
  }
}

function defaultSession(membership: Membership, choices: Choices): MeetingSession {
  return new MeetingSession(new LiveKitRoom(roomOptions(choices)), membership.permissions);
}

/** Whatever LiveKit throws while connecting means: the media server cannot be reached right now. */
function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('media-unavailable', String(error));
}
