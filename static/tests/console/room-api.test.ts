import { describe, expect, it } from 'vitest';
import { fateOf, type Outcome, outcomeOf, questionsOf } from '../../src/console/room-api';

const ROOM = { id: 'r-1', name: 'Room' };

describe('what an answer to a deletion means', () => {
  it.each<[number, { successCode?: string; error?: string }, string]>([
    [200, { successCode: 'room_closed' }, 'done'],
    [202, { successCode: 'room_with_active_meeting_scheduled_to_be_deleted' }, 'done'],
    [404, { error: 'Room Error' }, 'done'],
    [409, { error: 'room_has_active_meeting' }, 'conflict'],
    [401, { error: 'Authentication Error' }, 'failed'],
    [403, { error: 'Authorization Error' }, 'failed'],
    [500, {}, 'failed'],
  ])('%i %o is %s', (status, body, kind) => {
    expect(outcomeOf(ROOM, status, body).kind).toBe(kind);
  });
});

describe('what becomes of the row', () => {
  it.each([
    ['room_deleted', 'deleted'],
    ['room_with_active_meeting_deleted', 'deleted'],
    ['room_and_recordings_deleted', 'deleted'],
    ['room_with_active_meeting_and_recordings_deleted', 'deleted'],
    ['room_closed', 'closed'],
    ['room_with_active_meeting_closed', 'closed'],
    ['room_with_active_meeting_scheduled_to_be_deleted', 'scheduled'],
    ['room_with_active_meeting_and_recordings_scheduled_to_be_deleted', 'scheduled'],
    ['room_with_active_meeting_scheduled_to_be_closed', 'scheduled'],
  ])('%s: %s', (code, fate) => {
    expect(fateOf(code)).toBe(fate);
  });
});

describe('what a conflict asks', () => {
  function conflict(code: string): Outcome {
    return { kind: 'conflict', room: ROOM, code };
  }

  it.each([
    ['room_has_recordings', { meeting: false, recordings: true }],
    ['room_has_active_meeting', { meeting: true, recordings: false }],
    ['room_with_recordings_has_active_meeting', { meeting: true, recordings: true }],
    ['room_with_active_meeting_has_recordings', { meeting: true, recordings: true }],
  ])('%s', (code, questions) => {
    expect(questionsOf([conflict(code)])).toEqual(questions);
  });

  it('of several rooms asks all of them', () => {
    const both = [conflict('room_has_recordings'), conflict('room_has_active_meeting')];
    expect(questionsOf(both)).toEqual({ meeting: true, recordings: true });
  });
});
