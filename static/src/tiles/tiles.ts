import type { Track } from 'livekit-client';
import type { Shape } from './arrange';
import type { Person } from './people';

export interface Tile extends Shape {
  person: Person;
  source: 'camera' | 'screen';
  track: Track | null;
}

/** One tile per shown source: everybody's camera (or initials), and every shared screen. */
export function tilesOf(people: Person[]): Tile[] {
  return people.flatMap((person) => {
    const camera: Tile = {
      key: `camera:${person.identity}`,
      isLocalCamera: person.isLocal,
      person,
      source: 'camera',
      track: person.cameraTrack,
    };
    if (!person.screen) return [camera];
    const screen: Tile = {
      key: `screen:${person.screen.sid}`,
      isLocalCamera: false,
      person,
      source: 'screen',
      track: person.screen.track,
    };
    return [screen, camera];
  });
}

/** The latest share gets the big place. */
export function latestShare(people: Person[]): string | null {
  const shares = people.flatMap(({ screen }) => (screen ? [screen] : []));
  const latest = shares.sort((a, b) => b.since - a.since)[0];
  return latest ? `screen:${latest.sid}` : null;
}
