import { Track } from 'livekit-client';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Permission } from '../../src/meeting/membership';
import { MeetingSession, type SessionEvent } from '../../src/meeting/session';
import { FakeRoom, named, participant, permissions } from './cast';

let room: FakeRoom;
let session: MeetingSession;
let events: SessionEvent[];

beforeEach(() => {
  room = new FakeRoom();
  session = new MeetingSession(room.asRoom(), permissions());
  events = [];
  session.observe((event) => events.push(event));
});

const connected = () => session.connect('ws://lk', 'token');
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('connecting', () => {
  it('goes live, and the local person comes first', async () => {
    room.remoteParticipants.set('bo', participant('bo'));
    await connected();
    await settled();
    expect(session.state.phase).toBe('live');
    expect(session.state.people.map(({ name }) => name)).toEqual(['me', 'bo']);
  });

  it('publishes the very tracks of the device view, each when it is ready', async () => {
    const camera = { kind: Track.Kind.Video } as never;
    await session.connect('ws://lk', 'token', [Promise.resolve(camera), Promise.resolve(null)]);
    await settled();
    expect(room.calls).toContain('publish video');
    expect(room.calls.filter((call) => call.startsWith('publish'))).toHaveLength(1);
  });

  it('reports a failed attempt to its caller, not as the end of a meeting', async () => {
    room.failWith = new Error('no route');
    await expect(connected()).rejects.toThrow('no route');
    room.emit('disconnected', 7);
    expect(session.state.phase).toBe('connecting');
  });

  it('does not announce those who were there before', async () => {
    room.emit('participantConnected', participant('bo'));
    await connected();
    room.emit('participantConnected', participant('eva'));
    room.emit('participantDisconnected', participant('bo'));
    expect(events).toEqual([
      { kind: 'joined', name: 'eva' },
      { kind: 'left', name: 'bo' },
    ]);
  });
});

describe('reconnecting', () => {
  it('counts from the first loss, through both stages, and returns to live', async () => {
    await connected();
    room.emit('signalReconnecting');
    const since = session.state.reconnectingSince;
    expect(session.state.phase).toBe('reconnecting');
    room.emit('reconnecting');
    expect(session.state.reconnectingSince).toBe(since);
    room.emit('reconnected');
    expect(session.state).toMatchObject({ phase: 'live', reconnectingSince: null });
  });

  it('ends as lost to the network when LiveKit gives up', async () => {
    await connected();
    room.emit('reconnecting');
    room.emit('disconnected');
    expect(session.state).toMatchObject({ phase: 'ended', endReason: 'network_disconnect' });
  });
});

describe('ending', () => {
  it('is voluntary after leaving', async () => {
    await connected();
    await session.leave();
    expect(session.state).toMatchObject({ phase: 'ended', endReason: 'voluntary_leave' });
  });

  it('is one`s own doing after asking the server to end the meeting', async () => {
    await connected();
    session.expectEnd(true);
    room.emit('disconnected', 5);
    expect(session.state.endReason).toBe('meeting_ended_by_self');
  });
});

describe('switching camera, microphone and screen', () => {
  it('ignores a second press while the first is under way', async () => {
    await connected();
    await Promise.all([session.setMicrophone(false), session.setMicrophone(true)]);
    expect(room.calls.filter((call) => call.startsWith('microphone'))).toEqual([
      'microphone false',
    ]);
    expect(session.state.busy.microphone).toBe(false);
  });

  it('says why a device could not be switched on', async () => {
    await connected();
    room.failWith = named('NotReadableError');
    await session.setCamera(true);
    expect(events).toEqual([{ kind: 'trouble', source: 'camera', problem: 'in-use' }]);
  });

  it('takes a closed screen picker for a choice, a refusing system for a failure', async () => {
    await connected();
    room.failWith = named('NotAllowedError', 'Permission denied');
    await session.setScreenShare(true);
    expect(events).toEqual([]);
    room.failWith = named('NotAllowedError', 'Permission denied by system');
    await session.setScreenShare(true);
    expect(events).toEqual([{ kind: 'trouble', source: 'screen', problem: 'denied' }]);
  });
});

describe('permissions', () => {
  const grant = (sources: number[]) => {
    const local = Object.assign(room.localParticipant, {
      permissions: { canPublish: sources.length > 0, canPublishSources: sources },
    });
    room.emit('participantPermissionsChanged', undefined, local);
  };

  it('follow the token at first', () => {
    const quiet = new MeetingSession(new FakeRoom().asRoom(), permissions('mediaPublishAudio'));
    expect(quiet.state.may).toEqual({ camera: true, microphone: false, screen: true });
  });

  it('follow a live change, which is told once', async () => {
    await connected();
    grant([2]);
    expect(session.state.may).toEqual({ camera: false, microphone: true, screen: false });
    grant([2]);
    expect(events).toEqual([{ kind: 'permissions' }]);
  });

  it('switch off what may no longer be sent', async () => {
    const camera = { isMuted: false, track: undefined };
    Object.assign(room.localParticipant, {
      getTrackPublication: (source: string) =>
        source === Track.Source.Camera ? camera : undefined,
    });
    await connected();
    await settled();
    grant([2]);
    await settled();
    expect(room.calls).toContain('camera false');
  });

  it('follow a promotion written into the metadata', async () => {
    await connected();
    const metadata = JSON.stringify({ permissions: permissions('meetingEnd') });
    room.emit('participantMetadataChanged', '', Object.assign(room.localParticipant, { metadata }));
    expect(session.state.permissions.meetingEnd).toBe(false);
    expect(events).toEqual([{ kind: 'permissions' }]);
  });
});

describe('a promotion', () => {
  it('and its end are told as such', async () => {
    await connected();
    const tell = (isPromotedModerator: boolean, ...without: Permission[]) => {
      const metadata = JSON.stringify({
        permissions: permissions(...without),
        isPromotedModerator,
      });
      const local = Object.assign(room.localParticipant, { metadata });
      room.emit('participantMetadataChanged', '', local);
    };
    tell(true, 'chatWrite');
    tell(false, 'meetingEnd');
    expect(events).toEqual([{ kind: 'promoted' }, { kind: 'demoted' }]);
  });
});

describe('sound', () => {
  it('tells when the browser holds it back', async () => {
    room.canPlaybackAudio = false;
    await connected();
    expect(session.state.isSoundBlocked).toBe(true);
    room.canPlaybackAudio = true;
    room.emit('audioPlaybackChanged');
    expect(session.state.isSoundBlocked).toBe(false);
  });
});
