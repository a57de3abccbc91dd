import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Api,
  ApiError,
  type DoorReason,
  type RecordingFacts,
  type Room,
} from '../../src/meeting/api';
import { Choices } from '../../src/meeting/media/choices';
import { DeviceList } from '../../src/meeting/media/devices';
import { MeetingSession } from '../../src/meeting/session';
import { Visit } from '../../src/meeting/visit';
import {
  FakeRoom,
  memberToken,
  packet,
  pageConfig,
  permissions,
  recordingSignal,
  storage,
} from './cast';

const OPEN: Room = { roomId: 'room-1', roomName: 'Stand-up', status: 'open', isEncrypted: false };

const NOTHING: RecordingFacts = {
  isAvailable: true,
  recording: null,
  freeRecorders: 1,
  hasRecordings: false,
  answeredAt: null,
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the lobby', () => {
  it('shows the room to someone with a link', async () => {
    const { visit } = await arrival();
    expect(visit.state).toMatchObject({ view: 'join', barrier: null, room: OPEN });
  });

  it('sends people with neither link nor account to the login', async () => {
    const { visit, goTo } = await arrival({ secret: null });
    expect(goTo).toHaveBeenCalledWith('/login?next=/room/room-1');
    expect(visit.state.view).toBe('loading');
  });

  it.each<[DoorReason]>([['invalid-room-secret'], ['invalid-room'], ['too-many-requests']])(
    'explains %s on the error page',
    async (reason) => {
      const { visit } = await arrival({ memberToken: () => Promise.reject(failure(reason)) });
      expect(visit.state).toMatchObject({ view: 'error', error: { reason } });
    },
  );

  it('keeps looking while the room is closed, and opens by itself', async () => {
    const room = { ...OPEN, status: 'closed' as Room['status'] };
    const { visit } = await arrival({ room: async () => ({ ...room }) });
    expect(visit.state.barrier).toBe('closed');
    room.status = 'open';
    await vi.advanceTimersByTimeAsync(5_000);
    expect(visit.state.barrier).toBeNull();
  });

  it('keeps looking while the server does not answer', async () => {
    const answer = vi.fn<() => Promise<string>>().mockRejectedValueOnce(failure('unreachable'));
    answer.mockResolvedValue(memberToken());
    const { visit } = await arrival({ memberToken: answer });
    expect(visit.state).toMatchObject({ view: 'join', barrier: 'unreachable' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(visit.state.barrier).toBeNull();
  });

  it('stops those who may not join, and never joins an encrypted room in the clear', async () => {
    const token = memberToken({ permissions: permissions('meetingJoin') });
    const barred = await arrival({ memberToken: async () => token });
    expect(barred.visit.state.barrier).toBe('not-allowed');
    const sealed = await arrival({ room: async () => ({ ...OPEN, isEncrypted: true }) });
    expect(sealed.visit.state.barrier).toBe('encrypted');
    sealed.visit.enter('Ana');
    expect(sealed.visit.state.view).toBe('join');
  });
});

describe('the name', () => {
  it('is remembered for anonymous people and locked for everybody else', async () => {
    const first = await arrival();
    first.visit.enter('  Ana ');
    expect(first.choices.get('name')).toBe('Ana');
    expect(first.visit.state).toMatchObject({ name: 'Ana', isNameLocked: false });
    const user = await arrival({ config: { signedIn: true, userName: 'Olga' } });
    expect(user.visit.state).toMatchObject({ name: 'Olga', isNameLocked: true });
  });

  it('of a guest wins over the account and is not remembered', async () => {
    const { visit, choices } = await arrival({
      config: { signedIn: true, userName: 'Olga' },
      participantName: 'Gloria',
    });
    visit.enter('Gloria');
    expect(visit.state.name).toBe('Gloria');
    expect(choices.get('name')).toBe('');
  });
});

describe('joining', () => {
  it('leads to the stage and asks for a joining token under the name', async () => {
    const { visit, api } = await arrival();
    visit.enter('Ana');
    await visit.join();
    expect(visit.state.view).toBe('stage');
    expect(api.memberToken).toHaveBeenLastCalledWith({ secret: 's', participantName: 'Ana' });
  });

  it('tries again by itself while LiveKit is down', async () => {
    const { visit, api } = await arrival();
    visit.enter('Ana');
    vi.mocked(api.memberToken).mockRejectedValueOnce(failure('media-unavailable'));
    await visit.join();
    expect(visit.state.view).toBe('device');
    expect(visit.state.retryAt).not.toBeNull();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(visit.state.view).toBe('stage');
  });

  it('also when the token was given but the media server does not answer', async () => {
    const { visit, room } = await arrival();
    visit.enter('Ana');
    room.failWith = new Error('could not establish signal connection');
    await visit.join();
    expect(visit.state.view).toBe('device');
    visit.stopRetrying();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(visit.state).toMatchObject({ view: 'device', retryAt: null });
  });

  it('returns to the lobby when the room was closed meanwhile', async () => {
    const { visit, api } = await arrival();
    visit.enter('Ana');
    vi.mocked(api.memberToken).mockRejectedValueOnce(failure('closed-room'));
    await visit.join();
    expect(visit.state).toMatchObject({ view: 'join', barrier: 'closed' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(visit.state.barrier).toBeNull();
  });
});

describe('the end', () => {
  it('says why, and offers the way back through the devices', async () => {
    const { visit, room } = await onStage();
    room.emit('disconnected', 9);
    expect(visit.state).toMatchObject({ view: 'end', endReason: 'network_disconnect' });
    await visit.rejoin();
    expect(visit.state).toMatchObject({ view: 'device', name: 'Ana' });
  });

  it('does not blame oneself when the server refused to end the meeting', async () => {
    const { visit, room, api } = await onStage();
    vi.mocked(api.endMeeting).mockRejectedValueOnce(failure('internal-error'));
    await expect(visit.endMeeting()).rejects.toThrow();
    room.emit('disconnected', 5);
    expect(visit.state.endReason).toBe('meeting_ended');
  });

  it('ends the meeting with a fresh token when the old one went stale', async () => {
    const { visit, api } = await onStage();
    vi.mocked(api.endMeeting).mockRejectedValueOnce(failure('session-expired'));
    await visit.endMeeting();
    expect(api.endMeeting).toHaveBeenCalledTimes(2);
  });
});

describe('the token', () => {
  it('is renewed before it expires, and a failure leaves the call running', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const { visit, api } = await onStage(exp);
    vi.mocked(api.refreshToken).mockRejectedValueOnce(failure('invalid-room'));
    await vi.advanceTimersByTimeAsync(540_000);
    expect(api.refreshToken).toHaveBeenCalledTimes(1);
    expect(visit.state.view).toBe('stage');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(api.refreshToken).toHaveBeenCalledTimes(2);
  });
});

describe('the server changed what we may do', () => {
  const signal = (room: FakeRoom, topic: string, sender?: object) =>
    room.emit('dataReceived', new Uint8Array(), sender, 0, topic);
  const ROLE = 'meet_participant_role_updated';
  const RIGHTS = 'meet_participant_permissions_updated';

  it('by a role: the token is refreshed', async () => {
    const { visit, api, room } = await onStage();
    const fresh = memberToken({ exp: 4_000_000_001 });
    vi.mocked(api.refreshToken).mockResolvedValueOnce(fresh);
    signal(room, ROLE);
    await vi.advanceTimersByTimeAsync(0);
    expect(api.refreshToken).toHaveBeenCalledTimes(1);
    await visit.changeRole('bo', 'upgrade');
    expect(api.changeRole).toHaveBeenCalledWith(fresh, 'bo', 'upgrade');
  });

  it('by permissions: a token is asked for with the one from before', async () => {
    const { visit, api, room } = await onStage();
    const before = await vi.mocked(api.memberToken).mock.results[1]?.value;
    const fresh = memberToken({ exp: 4_000_000_002 });
    vi.mocked(api.memberToken).mockResolvedValueOnce(fresh);
    signal(room, RIGHTS);
    await vi.advanceTimersByTimeAsync(0);
    expect(api.memberToken).toHaveBeenLastCalledWith({
      secret: 's',
      participantName: 'Ana',
      previous: before,
    });
    await visit.kick('bo');
    expect(api.kick).toHaveBeenCalledWith(fresh, 'bo');
  });

  it('but not by the word of another participant', async () => {
    const { api, room } = await onStage();
    const asked = vi.mocked(api.memberToken).mock.calls.length;
    signal(room, ROLE, { identity: 'mallory' });
    signal(room, RIGHTS, { identity: 'mallory' });
    await vi.advanceTimersByTimeAsync(0);
    expect(api.refreshToken).not.toHaveBeenCalled();
    expect(api.memberToken).toHaveBeenCalledTimes(asked);
  });

  it('and a failure leaves call and token as they are', async () => {
    const { visit, api, room } = await onStage();
    vi.mocked(api.refreshToken).mockRejectedValueOnce(failure('internal-error'));
    signal(room, ROLE);
    await vi.advanceTimersByTimeAsync(0);
    expect(visit.state.view).toBe('stage');
    await visit.kick('bo');
    expect(api.kick).toHaveBeenCalledTimes(1);
  });
});

describe('the recording', () => {
  const told = (status: string, id = 'r1', sender?: object) =>
    packet('meet_recording_updated', recordingSignal(status, id), sender);

  it('is asked for in the lobby, on the stage, after a reconnection and at the end', async () => {
    const { api, room, visit } = await onStage();
    expect(api.recordingFacts).toHaveBeenCalledTimes(2);
    room.emit('reconnecting');
    room.emit('reconnected');
    expect(api.recordingFacts).toHaveBeenCalledTimes(3);
    vi.mocked(api.recordingFacts).mockResolvedValue({ ...NOTHING, hasRecordings: true });
    room.emit('disconnected', 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(visit.recording.state.hasRecordings).toBe(true);
  });

  it('is believed from the server only, also when LiveKit does not know the sender', async () => {
    const { room, visit } = await onStage();
    await vi.advanceTimersByTimeAsync(0);
    room.emit('dataReceived', ...told('active', 'r1', { identity: 'mallory' }));
    const [data, sender, kind, topic] = told('active');
    room.emit('dataReceived', data, sender, kind, topic, 0, 'mallory');
    expect(visit.recording.state.recording).toBeNull();
    room.emit('dataReceived', ...told('active'));
    expect(visit.recording.state.recording).toMatchObject({ id: 'r1', status: 'active' });
  });

  it('of which a lobby knew is forgotten on the way in, and no answer is asked for twice', async () => {
    const { room, visit } = await onStage();
    await vi.advanceTimersByTimeAsync(0);
    room.emit('dataReceived', ...told('active'));
    visit.recording.answer();
    room.emit('disconnected', 9);
    await visit.rejoin();
    await visit.join();
    expect(visit.recording.state).toMatchObject({ recording: null, answeredId: 'r1' });
  });

  it('is started with a fresh token when the old one went stale', async () => {
    const { api, visit } = await onStage();
    await vi.advanceTimersByTimeAsync(0);
    vi.mocked(api.startRecording).mockRejectedValueOnce(failure('session-expired'));
    await visit.recording.start();
    expect(api.startRecording).toHaveBeenCalledTimes(2);
  });
});

function failure(reason: DoorReason): ApiError {
  return new ApiError(reason, reason);
}

interface Arrival extends Partial<Api> {
  secret?: string | null;
  participantName?: string;
  config?: Parameters<typeof pageConfig>[0];
  exp?: number;
}

/** Somebody opens the page; camera and microphone are switched off, so nothing is captured. */
async function arrival({ secret = 's', participantName, config, exp, ...answers }: Arrival = {}) {
  const token = memberToken({ livekitUrl: 'ws://lk', ...(exp && { exp }) });
  const api = {
    memberToken: vi.fn(answers.memberToken ?? (async () => token)),
    room: vi.fn(answers.room ?? (async () => OPEN)),
    refreshToken: vi.fn(async () => memberToken()),
    shareLink: vi.fn(async () => null),
    endMeeting: vi.fn(async () => undefined),
    kick: vi.fn(async () => undefined),
    changeRole: vi.fn(async () => undefined),
    recordingFacts: vi.fn(async () => NOTHING),
    startRecording: vi.fn(async () => null),
    stopRecording: vi.fn(async () => null),
  };
  const choices = new Choices(storage());
  choices.set('cameraOn', false);
  choices.set('microphoneOn', false);
  const room = new FakeRoom();
  const goTo = vi.fn();
  const visit = new Visit({
    config: pageConfig(config),
    secrets: { secret, e2eeKey: null, participantName: participantName ?? null },
    api,
    choices,
    devices: new DeviceList(undefined),
    goTo,
    warmUp: () => undefined,
    createSession: (membership) => new MeetingSession(room.asRoom(), membership.permissions),
  });
  await visit.start();
  return { visit, api, choices, room, goTo };
}

async function onStage(exp?: number) {
  const all = await arrival(exp ? { exp } : {});
  all.visit.enter('Ana');
  await all.visit.join();
  return all;
}
