import type { PageConfig } from './config';
import { type Recording, toRecording } from './recording/recording';

/** Why a door stayed shut, in the words of the contract's error page, plus the two that may pass. */
export type DoorReason =
  | 'invalid-room-secret'
  | 'anonymous-access-disabled'
  | 'forbidden-room-access'
  | 'invalid-member'
  | 'invalid-room'
  | 'closed-room'
  | 'too-many-requests'
  | 'session-expired'
  | 'media-unavailable'
  | 'unreachable'
  | 'internal-error';

export class ApiError extends Error {
  readonly reason: DoorReason;
  /** Seconds the server asked us to wait, where it said so. */
  readonly retryAfter: number | null;
  /** Of the answer; 0 where none came. */
  readonly status: number;

  constructor(
    reason: DoorReason,
    message: string,
    { retryAfter = null, status = 0 }: { retryAfter?: number | null; status?: number } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.status = status;
  }

  /** True where waiting helps and nobody has to do anything. */
  get isPassing(): boolean {
    return this.reason === 'media-unavailable' || this.reason === 'unreachable';
  }
}

export function doorReason(status: number, message: string): DoorReason {
  switch (status) {
    case 400:
      return 'invalid-room-secret';
    case 401:
      return 'session-expired';
    case 403:
      return message.includes('Anonymous access')
        ? 'anonymous-access-disabled'
        : 'forbidden-room-access';
    case 404:
      return message.includes('Room member') ? 'invalid-member' : 'invalid-room';
    case 409:
      return 'closed-room';
    case 429:
      return 'too-many-requests';
    case 502:
    case 504:
      return 'unreachable';
    case 503:
      return 'media-unavailable';
    default:
      return 'internal-error';
  }
}

export type RoomStatus = 'open' | 'active_meeting' | 'closed';

export interface Room {
  roomId: string;
  roomName: string;
  status: RoomStatus;
  isEncrypted: boolean;
}

interface RoomBody {
  roomId: string;
  roomName: string;
  status: RoomStatus;
  config?: { e2ee?: { enabled?: boolean } };
  access?: { anonymous?: { speaker?: { enabled?: boolean; url?: string } } };
}

/** What a page can know of recording in its room. */
export interface RecordingFacts {
  isAvailable: boolean;
  recording: Recording | null;
  /** Null: nobody knows. */
  freeRecorders: number | null;
  hasRecordings: boolean;
  /** By the server's clock. */
  answeredAt: number | null;
}

interface RecordingFactsBody {
  isAvailable: boolean;
  recording: unknown;
  freeRecorders: number | null;
  hasRecordings: boolean;
}

export interface Entry {
  secret: string | null;
  /** Given: ask for a token that joins the meeting under this name. */
  participantName?: string;
  /** The token of the meeting that we are in: identity and name stay as they are. */
  previous?: string;
}

export type RoleAction = 'upgrade' | 'downgrade';

const TIMEOUT_MS = 12_000;
/** A recorder takes up to 20 s until it is at work, and the answer comes only then. */
const START_TIMEOUT_MS = 30_000;

export type Api = ReturnType<typeof createApi>;

export function createApi(config: PageConfig, fetcher: typeof fetch = fetch) {
  const room = encodeURIComponent(config.roomId);
  const internal = `${config.basePath}/internal-api/v1`;
  const rooms = `${config.basePath}/api/v1/rooms`;
  const recordings = `${config.basePath}/api/v1/recordings`;

  const participant = (identity: string) =>
    `${internal}/meetings/${room}/participants/${encodeURIComponent(identity)}`;

  async function request(url: string, init: RequestInit, token?: string): Promise<Response> {
    const headers = new Headers({ Accept: 'application/json' });
    if (init.body) headers.set('Content-Type', 'application/json');
    if (token) headers.set('X-Room-Member-Token', `Bearer ${token}`);
    if (config.signedIn && config.csrfToken) headers.set('X-CSRFToken', config.csrfToken);
    const response = await fetcher(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...init,
      headers,
      credentials: 'same-origin',
    }).catch((cause) => {
      throw new ApiError('unreachable', String(cause));
    });
    if (!response.ok) throw await toError(response);
    return response;
  }

  async function call<T>(url: string, init: RequestInit, token?: string): Promise<T> {
    return (await request(url, init, token)).json() as Promise<T>;
  }

  return {
    async memberToken({ secret, participantName, previous }: Entry): Promise<string> {
      const body = {
        ...(secret === null ? {} : { secret }),
        ...(participantName === undefined ? {} : { participantName }),
        joinMeeting: participantName !== undefined,
        // Guests' ids are secrets and LiveKit shows identities to everybody in the call.
        opaqueIdentity: true,
      };
      const url = `${internal}/rooms/${room}/members/token`;
      const answer = await call<{ token: string }>(url, post(body), previous);
      return answer.token;
    },

    async refreshToken(token: string): Promise<string> {
      const url = `${internal}/rooms/${room}/members/token/refresh`;
      const answer = await call<{ token: string }>(url, { method: 'POST' }, token);
      return answer.token;
    },

    async room(token: string): Promise<Room> {
      const query = 'fields=roomId,roomName,status,config&extraFields=config';
      const body = await call<RoomBody>(`${rooms}/${room}?${query}`, { method: 'GET' }, token);
      return {
        roomId: body.roomId,
        roomName: body.roomName,
        status: body.status,
        isEncrypted: body.config?.e2ee?.enabled === true,
      };
    },

    /** The speakers' link as it can be passed on; null where it is switched off or not ours to see. */
    async shareLink(token: string): Promise<string | null> {
      const body = await call<RoomBody>(`${rooms}/${room}?fields=access`, { method: 'GET' }, token);
      const link = body.access?.anonymous?.speaker;
      return link?.enabled && link.url ? link.url : null;
    },

    async endMeeting(token: string): Promise<void> {
      await call<unknown>(`${internal}/meetings/${room}`, { method: 'DELETE' }, token);
    },

    async kick(token: string, identity: string): Promise<void> {
      await call<unknown>(participant(identity), { method: 'DELETE' }, token);
    },

    async changeRole(token: string, identity: string, action: RoleAction): Promise<void> {
      const change = { method: 'PUT', body: JSON.stringify({ action }) };
      await call<unknown>(`${participant(identity)}/role`, change, token);
    },

    async recordingFacts(token: string): Promise<RecordingFacts> {
      const url = `${internal}/meetings/${room}/recording`;
      const answer = await request(url, { method: 'GET', cache: 'no-store' }, token);
      const body = (await answer.json()) as RecordingFactsBody;
      const date = Date.parse(answer.headers.get('Date') ?? '');
      return {
        isAvailable: body.isAvailable,
        freeRecorders: body.freeRecorders,
        hasRecordings: body.hasRecordings,
        recording: toRecording(body.recording),
        answeredAt: Number.isNaN(date) ? null : date,
      };
    },

    /** Null: an answer that is no recording, which only tells that it has begun. */
    async startRecording(token: string): Promise<Recording | null> {
      const signal = AbortSignal.timeout(START_TIMEOUT_MS);
      const wish = { ...post({ roomId: config.roomId }), signal };
      return toRecording(await call<unknown>(recordings, wish, token));
    },

    async stopRecording(token: string, id: string): Promise<Recording | null> {
      const url = `${recordings}/${encodeURIComponent(id)}/stop`;
      return toRecording(await call<unknown>(url, { method: 'POST' }, token));
    },
  };
}

function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) };
}

async function toError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const message = (body as { message?: unknown } | null)?.message;
  const text = typeof message === 'string' ? message : response.statusText;
  const { status, headers } = response;
  return new ApiError(doorReason(status, text), text, {
    status,
    retryAfter: secondsToWait(headers),
  });
}

function secondsToWait(headers: Headers): number | null {
  const reset = /reset=(\d+)/.exec(headers.get('RateLimit') ?? '')?.[1];
  const seconds = Number(headers.get('Retry-After') ?? reset);
  return seconds > 0 ? seconds : null;
}
