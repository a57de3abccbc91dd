import { basePath, csrfToken } from './page';

export interface RoomName {
  id: string;
  name: string;
}

/** What to do about a running meeting and about recordings. Without it both make the server object. */
export interface Policy {
  withMeeting: string;
  withRecordings: string;
}

export type Outcome =
  | { kind: 'done'; room: RoomName; code: string }
  | { kind: 'conflict'; room: RoomName; code: string }
  | { kind: 'failed'; room: RoomName };

/** One room after the other: the server is asked about each by itself, so one that fails stops no other. */
export async function deleteEach(rooms: RoomName[], policy?: Policy): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const room of rooms) outcomes.push(await deleteOne(room, policy));
  return outcomes;
}

async function deleteOne(room: RoomName, policy?: Policy): Promise<Outcome> {
  const query = policy ? `?${new URLSearchParams({ ...policy })}` : '';
  try {
    const answer = await fetch(
      `${basePath()}/api/v1/rooms/${encodeURIComponent(room.id)}${query}`,
      {
        method: 'DELETE',
        headers: { Accept: 'application/json', 'X-CSRFToken': csrfToken() },
      },
    );
    return outcomeOf(room, answer.status, answer.status === 204 ? {} : await answer.json());
  } catch {
    return { kind: 'failed', room };
  }
}

export function outcomeOf(
  room: RoomName,
  status: number,
  body: { successCode?: string; error?: string },
): Outcome {
  // Gone already, by somebody else's hand: what was wanted.
  if (status === 404) return { kind: 'done', room, code: 'room_deleted' };
  if (status === 409) return { kind: 'conflict', room, code: body.error ?? '' };
  if (status >= 300) return { kind: 'failed', room };
  return { kind: 'done', room, code: body.successCode ?? 'room_deleted' };
}

export type Fate = 'deleted' | 'closed' | 'scheduled';

/** What a success code means for the room's row. */
export function fateOf(code: string): Fate {
  if (code.includes('scheduled')) return 'scheduled';
  return code.endsWith('closed') ? 'closed' : 'deleted';
}

/** Which of the two policies a conflict is about. */
export function questionsOf(outcomes: Outcome[]): { meeting: boolean; recordings: boolean } {
  const codes = outcomes.map((outcome) => ('code' in outcome ? outcome.code : ''));
  return {
    meeting: codes.some((code) => code.includes('active_meeting')),
    recordings: codes.some((code) => code.includes('recordings')),
  };
}
