import { RoomEvent } from 'livekit-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Recording } from '../../src/recorder/recording';
import { Signals } from '../../src/recorder/signals';
import { FakeRoom, participant } from '../meeting/cast';

const AT = new Date('2026-05-01T10:00:00Z').getTime();
const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);

beforeEach(() => {
  vi.useFakeTimers({ now: AT });
});

afterEach(() => {
  vi.useRealTimers();
  said.mockClear();
});

async function recorded(room = new FakeRoom()) {
  const recording = new Recording(room.asRoom(), 'grid', new Signals());
  await recording.connect('wss://lk.test', 'token');
  return { room, recording };
}

const onCamera = (name: string) =>
  participant(name, {
    getTrackPublication: (source: string) => (source === 'camera' ? { isMuted: false } : undefined),
  });

const words = () => said.mock.calls.map(([word]) => word);

describe('a recording', () => {
  it('starts with the first picture, once', async () => {
    const { recording } = await recorded();
    expect(words()).toEqual([]);
    recording.pictureCame();
    recording.pictureCame();
    vi.advanceTimersByTime(6_000);
    expect(words()).toEqual(['START_RECORDING']);
  });

  it('waits a moment for the pictures of the others', async () => {
    const room = new FakeRoom();
    for (const name of ['ann', 'bo']) room.remoteParticipants.set(name, onCamera(name));
    const { recording } = await recorded(room);
    await vi.advanceTimersByTimeAsync(0);
    recording.pictureCame();
    expect(words()).toEqual([]);
    recording.pictureCame();
    expect(words()).toEqual(['START_RECORDING']);
  });

  it('does not wait long for them', async () => {
    const room = new FakeRoom();
    for (const name of ['ann', 'bo']) room.remoteParticipants.set(name, onCamera(name));
    const { recording } = await recorded(room);
    await vi.advanceTimersByTimeAsync(0);
    recording.pictureCame();
    vi.advanceTimersByTime(700);
    expect(words()).toEqual(['START_RECORDING']);
  });

  it('starts without a picture after five seconds', async () => {
    await recorded();
    vi.advanceTimersByTime(4_900);
    expect(words()).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(words()).toEqual(['START_RECORDING']);
  });

  it('ends when it is sent out', async () => {
    const { room } = await recorded();
    vi.advanceTimersByTime(7_000);
    room.emit(RoomEvent.Disconnected);
    expect(said).toHaveBeenLastCalledWith('END_RECORDING', AT + 7_000);
  });

  it('hopes ten seconds for a lost room, and dates the end by the loss', async () => {
    const { room } = await recorded();
    room.emit(RoomEvent.SignalReconnecting);
    vi.advanceTimersByTime(4_000);
    room.emit(RoomEvent.Reconnecting);
    vi.advanceTimersByTime(5_900);
    expect(words()).not.toContain('END_RECORDING');
    vi.advanceTimersByTime(200);
    expect(said).toHaveBeenLastCalledWith('END_RECORDING', AT, 'CONNECTION_LOST');
  });

  it('goes on when the room is found again', async () => {
    const { room } = await recorded();
    room.emit(RoomEvent.Reconnecting);
    vi.advanceTimersByTime(4_000);
    room.emit(RoomEvent.Reconnected);
    vi.advanceTimersByTime(60_000);
    expect(words()).toEqual(['START_RECORDING']);
  });

  it('says why it cannot begin, and neither starts nor ends', async () => {
    const room = new FakeRoom();
    room.failWith = new Error('no permission: token');
    const { recording } = await recorded(room);
    room.emit(RoomEvent.Disconnected);
    vi.advanceTimersByTime(60_000);
    expect(recording.state.trouble).toContain('no permission: ***');
    expect(words()).toEqual([]);
  });

  it.each(['{"layout": "speaker"}', '{"layout": "mosaic"}', '{}', 'not JSON', 'null', ''])(
    'changes its layout by metadata: %s',
    async (metadata) => {
      const { room, recording } = await recorded();
      room.emit(RoomEvent.ParticipantMetadataChanged, '', { isLocal: true, metadata });
      expect(recording.state.layout).toBe(metadata.includes('speaker') ? 'speaker' : 'grid');
    },
  );

  it('shows people, not programs, nor itself', async () => {
    const room = new FakeRoom();
    const others = [
      participant('bo'),
      participant('egress', { kind: 2 }),
      participant('agent', { kind: 4 }),
      participant('ghost', { permissions: { hidden: true } }),
    ];
    for (const other of others) room.remoteParticipants.set(other.identity, other);
    const { recording } = await recorded(room);
    await vi.advanceTimersByTimeAsync(0);
    expect(recording.state.people.map(({ identity }) => identity)).toEqual(['bo']);
  });

  it('follows who speaks', async () => {
    const { room, recording } = await recorded();
    room.emit(RoomEvent.ActiveSpeakersChanged, [participant('bo')]);
    expect(recording.state.speaker).toBe('bo');
    room.emit(RoomEvent.ActiveSpeakersChanged, []);
    expect(recording.state.speaker).toBe('bo');
  });
});
