import { DisconnectReason } from 'livekit-client';

export type EndReason =
  | 'voluntary_leave'
  | 'meeting_ended'
  | 'meeting_ended_by_self'
  | 'participant_kicked'
  | 'network_disconnect'
  | 'server_shutdown'
  | 'duplicate_identity'
  | 'unknown';

interface Circumstances {
  endedBySelf: boolean;
  wasReconnecting: boolean;
}

export function endReason(
  reason: DisconnectReason | undefined,
  { endedBySelf, wasReconnecting }: Circumstances,
): EndReason {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return 'voluntary_leave';
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'duplicate_identity';
    case DisconnectReason.SERVER_SHUTDOWN:
      return 'server_shutdown';
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'participant_kicked';
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return endedBySelf ? 'meeting_ended_by_self' : 'meeting_ended';
    case DisconnectReason.STATE_MISMATCH:
    case DisconnectReason.JOIN_FAILURE:
    case DisconnectReason.SIGNAL_CLOSE:
    case DisconnectReason.CONNECTION_TIMEOUT:
    case DisconnectReason.MEDIA_FAILURE:
      return 'network_disconnect';
    default:
      // LiveKit gives no reason when its own attempts to reconnect are exhausted.
      return wasReconnecting ? 'network_disconnect' : 'unknown';
  }
}

/** Rejoining after being removed, after the end, or against one's own other tab makes no sense. */
export function mayRejoin(reason: EndReason): boolean {
  return ![
    'meeting_ended',
    'meeting_ended_by_self',
    'participant_kicked',
    'duplicate_identity',
  ].includes(reason);
}
