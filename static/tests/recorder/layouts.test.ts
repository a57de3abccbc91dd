import { describe, expect, it } from 'vitest';
import {
  type Layout,
  nextSpeaker,
  type Picture,
  pictureOf,
  toLayout,
} from '../../src/recorder/layouts';
import type { Person } from '../../src/tiles/people';

const person = (identity: string, more: Partial<Person> = {}): Person => ({
  identity,
  sid: `PA_${identity}`,
  name: identity,
  isLocal: false,
  badge: 'other',
  isPromoted: false,
  isSpeaking: false,
  quality: 'good',
  hasMicrophone: true,
  hasCamera: false,
  cameraTrack: null,
  screen: null,
  audio: [],
  ...more,
});
const sharing = (sid: string, since: number) => ({ screen: { sid, track: null, since } });

const olga = person('olga', { badge: 'owner' });
const mo = person('mo', { badge: 'moderator' });
const bo = person('bo');
const keys = ({ tiles }: Picture) => tiles.map(({ key }) => key);

describe('pictureOf', () => {
  it('gives everybody the same place in a grid', () => {
    const picture = pictureOf('grid', [olga, mo, bo], 'bo');
    expect(keys(picture)).toEqual(['camera:olga', 'camera:mo', 'camera:bo']);
    expect(picture.bigKey).toBeNull();
  });

  it('makes a speaker large and keeps the others beside them', () => {
    const picture = pictureOf('speaker', [olga, mo, bo], 'bo');
    expect(picture.bigKey).toBe('camera:bo');
    expect(picture.tiles).toHaveLength(3);
  });

  it('begins with whoever came first, before anybody has spoken or after the speaker left', () => {
    expect(pictureOf('speaker', [mo, bo], null).bigKey).toBe('camera:mo');
    expect(pictureOf('single-speaker', [mo, bo], 'gone').bigKey).toBe('camera:mo');
  });

  it('shows nothing but the speaker', () => {
    expect(keys(pictureOf('single-speaker', [olga, mo, bo], 'bo'))).toEqual(['camera:bo']);
  });

  it('shows nothing but the owner, whoever speaks', () => {
    const picture = pictureOf('host', [mo, bo, olga], 'bo');
    expect(keys(picture)).toEqual(['camera:olga']);
    expect(picture.bigKey).toBe('camera:olga');
  });

  it('shows moderators while there is no owner, and then nobody', () => {
    expect(keys(pictureOf('host', [mo, bo], 'bo'))).toEqual(['camera:mo']);
    expect(pictureOf('host', [bo], 'bo')).toEqual({ tiles: [], bigKey: null });
  });

  it.each<[Layout, string[]]>([
    ['grid', ['camera:olga', 'screen:2', 'camera:bo']],
    ['speaker', ['camera:olga', 'screen:2', 'camera:bo']],
    ['single-speaker', ['screen:2']],
    ['host', ['camera:olga', 'screen:2']],
  ])('makes a shared screen large in the layout %s', (layout, expected) => {
    const picture = pictureOf(layout, [olga, person('bo', sharing('2', 2))], 'olga');
    expect(keys(picture)).toEqual(expected);
    expect(picture.bigKey).toBe('screen:2');
  });

  it('prefers the latest of several screens', () => {
    const people = [person('ana', sharing('1', 1)), person('bo', sharing('2', 2))];
    expect(pictureOf('single-speaker', people, null).bigKey).toBe('screen:2');
  });

  it.each<Layout>(['grid', 'speaker', 'single-speaker', 'host'])(
    'is empty like its room: %s',
    (l) => {
      expect(pictureOf(l, [], null)).toEqual({ tiles: [], bigKey: null });
    },
  );
});

describe('nextSpeaker', () => {
  it('stays with a speaker while they speak', () => {
    expect(nextSpeaker('ana', ['bo', 'ana'])).toBe('ana');
  });

  it('goes on to the loudest of the others, and stays in a silence', () => {
    expect(nextSpeaker('ana', ['bo', 'eva'])).toBe('bo');
    expect(nextSpeaker('ana', [])).toBe('ana');
    expect(nextSpeaker(null, [])).toBeNull();
  });
});

describe('toLayout', () => {
  it.each([null, undefined, 'mosaic', 7, {}])('takes %s for a grid', (value) => {
    expect(toLayout(value)).toBe('grid');
  });
});
