import { type Recording, toRecording } from './recording/recording';

/** What the server tells a page about its own rights, as data packets. */
export type RightsSignal = 'role' | 'rights';

export interface RecordingSignal {
  recording: Recording;
  /** When the server sent it, by its own clock. */
  sentAt: number;
}

/** As LiveKit hands it over: packets of the server have no sender. */
export interface Packet {
  topic: string | undefined;
  data: Uint8Array;
  sender: unknown;
  /** Also of senders whom LiveKit does not know (any more). */
  senderIdentity: string | undefined;
}

const RIGHTS_TOPICS: Record<string, RightsSignal> = {
  meet_participant_role_updated: 'role',
  meet_participant_permissions_updated: 'rights',
};
const RECORDING_TOPIC = 'meet_recording_updated';

/** Null for other packets, and for what a participant sent under the server's topics. */
export function rightsSignal(packet: Packet): RightsSignal | null {
  return isOfServer(packet) ? (RIGHTS_TOPICS[packet.topic ?? ''] ?? null) : null;
}

export function recordingSignal(packet: Packet): RecordingSignal | null {
  if (packet.topic !== RECORDING_TOPIC || !isOfServer(packet)) return null;
  const { recording, timestamp } = parse(packet.data);
  const found = toRecording(recording);
  return found && typeof timestamp === 'number' ? { recording: found, sentAt: timestamp } : null;
}

function isOfServer({ sender, senderIdentity }: Packet): boolean {
  return sender === undefined && !senderIdentity;
}

function parse(data: Uint8Array): { recording?: unknown; timestamp?: unknown } {
  try {
    return JSON.parse(new TextDecoder().decode(data)) ?? {};
  } catch {
    return {};
  }
}
