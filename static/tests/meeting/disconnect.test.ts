import { DisconnectReason } from 'livekit-client';
import { describe, expect, it } from 'vitest';
import { type EndReason, endReason, mayRejoin } from '../../src/meeting/disconnect';

const PLAIN = { endedBySelf: false, wasReconnecting: false };

describe('endReason', () => {
  it.each<[DisconnectReason | undefined, EndReason]>([
    [DisconnectReason.CLIENT_INITIATED, 'voluntary_leave'],
    [DisconnectReason.DUPLICATE_IDENTITY, 'duplicate_identity'],
    [DisconnectReason.SERVER_SHUTDOWN, 'server_shutdown'],
    [DisconnectReason.PARTICIPANT_REMOVED, 'participant_kicked'],
    [DisconnectReason.ROOM_DELETED, 'meeting_ended'],
    [DisconnectReason.ROOM_CLOSED, 'meeting_ended'],
    [DisconnectReason.SIGNAL_CLOSE, 'network_disconnect'],
    [DisconnectReason.STATE_MISMATCH, 'network_disconnect'],
    [DisconnectReason.CONNECTION_TIMEOUT, 'network_disconnect'],
    [DisconnectReason.UNKNOWN_REASON, 'unknown'],
    [undefined, 'unknown'],
  ])('%s ends as %s', (reason, ending) => {
    expect(endReason(reason, PLAIN)).toBe(ending);
  });

  it('knows who ended the meeting', () => {
    const mine = { ...PLAIN, endedBySelf: true };
    expect(endReason(DisconnectReason.ROOM_DELETED, mine)).toBe('meeting_ended_by_self');
    expect(endReason(DisconnectReason.CLIENT_INITIATED, mine)).toBe('voluntary_leave');
  });

  it('blames the network when reconnecting was given up', () => {
    expect(endReason(undefined, { ...PLAIN, wasReconnecting: true })).toBe('network_disconnect');
  });
});

describe('mayRejoin', () => {
  it('offers the way back only where it leads somewhere', () => {
    const all: EndReason[] = [
      'voluntary_leave',
      'meeting_ended',
      'meeting_ended_by_self',
      'participant_kicked',
      'network_disconnect',
      'server_shutdown',
      'duplicate_identity',
      'unknown',
    ];
    expect(all.filter(mayRejoin)).toEqual([
      'voluntary_leave',
      'network_disconnect',
      'server_shutdown',
      'unknown',
    ]);
  });
});
