import { describe, expect, it, vi } from 'vitest';
import { ApiError, createApi, doorReason } from '../../src/meeting/api';
import { pageConfig } from './cast';

describe('doorReason', () => {
  it.each([
    [400, "Provided secret is not recognized for room 'r'", 'invalid-room-secret'],
    [401, 'Invalid token', 'session-expired'],
    [
      403,
      "Anonymous access in room 'r' is disabled for role 'speaker'",
      'anonymous-access-disabled',
    ],
    [403, 'Insufficient permissions to access this resource', 'forbidden-room-access'],
    [404, "Room member 'guest-1' not found in room 'r'", 'invalid-member'],
    [404, "Room 'r' does not exist", 'invalid-room'],
    [409, "Room 'r' is closed and cannot be joined", 'closed-room'],
    [429, 'Too many token requests, please try again later', 'too-many-requests'],
    [502, 'Bad Gateway', 'unreachable'],
    [503, 'LiveKit is not available', 'media-unavailable'],
    [500, 'Unexpected error while joining', 'internal-error'],
    [422, 'Invalid request', 'internal-error'],
  ])('%i «%s» means %s', (status, message, reason) => {
    expect(doorReason(status, message)).toBe(reason);
  });
});

describe('createApi', () => {
  it('asks for an opaque, non-joining token with the secret of the link', async () => {
    const { api, calls } = serverThat(() => Response.json({ token: 't' }));
    await expect(api.memberToken({ secret: 's' })).resolves.toBe('t');
    expect(calls[0]?.url).toBe('/meet/internal-api/v1/rooms/room%201/members/token');
    expect(calls[0]?.body).toEqual({ secret: 's', joinMeeting: false, opaqueIdentity: true });
  });

  it('joins under a name, and as a signed-in user proves the origin of the request', async () => {
    const { api, calls } = serverThat(() => Response.json({ token: 't' }), {
      signedIn: true,
      csrfToken: 'csrf',
    });
    await api.memberToken({ secret: null, participantName: 'Ana' });
    expect(calls[0]?.body).toEqual({
      participantName: 'Ana',
      joinMeeting: true,
      opaqueIdentity: true,
    });
    expect(calls[0]?.headers.get('X-CSRFToken')).toBe('csrf');
  });

  it('shows the member token for everything else', async () => {
    const room = { roomId: 'room 1', roomName: 'Stand-up', status: 'open' };
    const { api, calls } = serverThat(() =>
      Response.json({ ...room, config: { e2ee: { enabled: true } } }),
    );
    await expect(api.room('tok')).resolves.toEqual({ ...room, isEncrypted: true });
    expect(calls[0]?.headers.get('X-Room-Member-Token')).toBe('Bearer tok');
    expect(calls[0]?.url).toContain('fields=roomId,roomName,status,config&extraFields=config');
  });

  it('passes on only a link that is switched on', async () => {
    const speaker = { enabled: false, url: 'http://x/room/1?secret=2' };
    const { api } = serverThat(() => Response.json({ access: { anonymous: { speaker } } }));
    await expect(api.shareLink('tok')).resolves.toBeNull();
    speaker.enabled = true;
    await expect(api.shareLink('tok')).resolves.toBe(speaker.url);
  });

  it('asks what there is of recording, and what time the server has', async () => {
    const body = {
      isAvailable: true,
      unavailableReason: null,
      recording: { recordingId: 'r1', status: 'active', startDate: 5, roomName: 'Stand-up' },
      freeRecorders: 1,
      hasRecordings: false,
    };
    const headers = { Date: 'Thu, 01 Jan 1970 00:16:40 GMT' };
    const { api, calls } = serverThat(() => Response.json(body, { headers }));
    await expect(api.recordingFacts('tok')).resolves.toEqual({
      isAvailable: true,
      recording: expect.objectContaining({ id: 'r1', status: 'active', startedAt: 5 }),
      freeRecorders: 1,
      hasRecordings: false,
      answeredAt: 1_000_000,
    });
    expect(calls[0]?.url).toBe('/meet/internal-api/v1/meetings/room%201/recording');
    expect(calls[0]?.headers.get('X-Room-Member-Token')).toBe('Bearer tok');
  });

  it('starts and stops a recording', async () => {
    const { api, calls } = serverThat(() =>
      Response.json({ recordingId: 'a/b', status: 'active' }),
    );
    await expect(api.startRecording('tok')).resolves.toMatchObject({ id: 'a/b' });
    expect(calls[0]).toMatchObject({ url: '/meet/api/v1/recordings', body: { roomId: 'room 1' } });
    await api.stopRecording('tok', 'a/b');
    expect(calls[1]?.url).toBe('/meet/api/v1/recordings/a%2Fb/stop');
  });

  it.each([
    [{ 'Retry-After': '7' }, 7],
    [{ RateLimit: 'limit=200, remaining=0, reset=42' }, 42],
    [{}, null],
  ])('reads how long to wait from %o', async (headers: Record<string, string>, seconds) => {
    const { api } = serverThat(() =>
      Response.json({ message: 'slow down' }, { status: 429, headers }),
    );
    const error: ApiError = await api.memberToken({ secret: 's' }).catch((caught) => caught);
    expect(error).toMatchObject({
      reason: 'too-many-requests',
      status: 429,
      retryAfter: seconds,
    });
  });

  it('treats a dead network as passing', async () => {
    const { api } = serverThat(() => {
      throw new TypeError('Failed to fetch');
    });
    const error: ApiError = await api.memberToken({ secret: 's' }).catch((caught) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error.isPassing).toBe(true);
  });

  it('understands an error without a body', async () => {
    const { api } = serverThat(() => new Response('<h1>Bad Gateway</h1>', { status: 502 }));
    await expect(api.room('tok')).rejects.toMatchObject({ reason: 'unreachable' });
  });
});

function serverThat(
  answer: () => Response,
  config: Partial<Parameters<typeof pageConfig>[0]> = {},
) {
  const calls: { url: string; headers: Headers; body: unknown }[] = [];
  const fetcher = vi.fn(async (url: string, init: RequestInit) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    calls.push({ url, headers: new Headers(init.headers), body });
    return answer();
  });
  const api = createApi(
    pageConfig({ roomId: 'room 1', basePath: '/meet', ...config }),
    fetcher as unknown as typeof fetch,
  );
  return { api, calls };
}
