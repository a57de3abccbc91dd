/** What the server tells a page about its own rights, as data packets. */
export type RightsSignal = 'role' | 'rights';

const TOPICS: Record<string, RightsSignal> = {
  meet_participant_role_updated: 'role',
  meet_participant_permissions_updated: 'rights',
};

/** Null for other packets, and for what a participant sent under the server's topics. */
export function rightsSignal(topic: string | undefined, sender: unknown): RightsSignal | null {
  return sender === undefined ? (TOPICS[topic ?? ''] ?? null) : null;
}
