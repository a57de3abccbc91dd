import { RoomEvent } from 'livekit-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Mix } from '../../src/recorder/mix';
import { FakeRoom, participant } from '../meeting/cast';
import { FakeAudioContext, stubWebAudio } from './web-audio';

beforeEach(stubWebAudio);

afterEach(() => vi.unstubAllGlobals());

const track = (name: string, kind = 'audio') => ({
  kind,
  mediaStreamTrack: name,
  setPlayoutDelay: vi.fn(),
});

function mixOf(room: FakeRoom): unknown[] {
  new Mix(room.asRoom());
  return FakeAudioContext.last.heard;
}

it('has the voices of those who are there', () => {
  const room = new FakeRoom();
  const tracks = [track('ann'), track("ann's face", 'video'), undefined];
  const trackPublications = new Map(tracks.map((found, n) => [n, { track: found }]));
  room.remoteParticipants.set('ann', participant('ann', { trackPublications }));
  expect(mixOf(room)).toEqual(['ann']);
});

it('follows who comes and goes', () => {
  const room = new FakeRoom();
  const heard = mixOf(room);
  const [ann, bo] = [track('ann'), track('bo')];
  room.emit(RoomEvent.TrackSubscribed, ann);
  room.emit(RoomEvent.TrackSubscribed, bo);
  room.emit(RoomEvent.TrackSubscribed, track("bo's face", 'video'));
  expect(heard).toEqual(['ann', 'bo']);
  room.emit(RoomEvent.TrackUnsubscribed, ann);
  expect(heard).toEqual(['bo']);
});

it('has nobody twice', () => {
  const room = new FakeRoom();
  const heard = mixOf(room);
  const ann = track('ann');
  room.emit(RoomEvent.TrackSubscribed, ann);
  room.emit(RoomEvent.TrackSubscribed, ann);
  expect(heard).toEqual(['ann']);
});

it('has pictures wait for their sound, and sound for nothing', () => {
  const room = new FakeRoom();
  const [early, late, voice] = [track('ann', 'video'), track('bo', 'video'), track('bo')];
  const trackPublications = new Map([['picture', { track: early }]]);
  room.remoteParticipants.set('ann', participant('ann', { trackPublications }));
  mixOf(room);
  room.emit(RoomEvent.TrackSubscribed, late);
  room.emit(RoomEvent.TrackSubscribed, voice);
  for (const picture of [early, late]) expect(picture?.setPlayoutDelay).toHaveBeenCalledWith(0.06);
  expect(voice?.setPlayoutDelay).not.toHaveBeenCalled();
});
