import type { Badge } from '../meeting/membership';
import type { Person } from '../tiles/people';
import { latestShare, type Tile, tilesOf } from '../tiles/tiles';

const LAYOUTS = ['grid', 'speaker', 'single-speaker', 'host'] as const;

export type Layout = (typeof LAYOUTS)[number];

export interface Picture {
  tiles: Tile[];
  bigKey: string | null;
}

/** Whatever is not a layout of ours is a grid: a recording of something beats none. */
export function toLayout(value: unknown): Layout {
  return LAYOUTS.find((layout) => layout === value) ?? 'grid';
}

/** What is in the picture; a shared screen is large in every layout. */
export function pictureOf(layout: Layout, people: Person[], speaker: string | null): Picture {
  switch (layout) {
    case 'grid':
      return { tiles: tilesOf(people), bigKey: latestShare(people) };
    case 'speaker':
      return { tiles: tilesOf(people), bigKey: foremost(people, speaker) };
    case 'single-speaker':
      return alone(people, foremost(people, speaker));
    case 'host':
      return withHosts(people, speaker);
  }
}

/** The shared screen, else whoever speaks or spoke last, else whoever came first. */
function foremost(people: Person[], speaker: string | null): string | null {
  const person = people.find(({ identity }) => identity === speaker) ?? people[0];
  return latestShare(people) ?? (person ? `camera:${person.identity}` : null);
}

function alone(people: Person[], key: string | null): Picture {
  return { tiles: tilesOf(people).filter((tile) => tile.key === key), bigKey: key };
}

function withHosts(people: Person[], speaker: string | null): Picture {
  const hosts = hostsAmong(people);
  const tiles = tilesOf(people).filter(
    ({ source, person }) => source === 'screen' || hosts.includes(person),
  );
  return { tiles, bigKey: latestShare(people) ?? foremost(hosts, speaker) };
}

/** Who owns the room; without them, whoever moderates it. Nobody else is shown in their place. */
function hostsAmong(people: Person[]): Person[] {
  const having = (...badges: Badge[]) => people.filter(({ badge }) => badges.includes(badge));
  const owners = having('owner');
  return owners.length > 0 ? owners : having('moderator', 'admin');
}

/** Stays with a speaker until only others speak: no picture jumps at a cough during a speech. */
export function nextSpeaker(current: string | null, speaking: string[]): string | null {
  return current !== null && speaking.includes(current) ? current : (speaking[0] ?? current);
}
