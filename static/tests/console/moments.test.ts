import { describe, expect, it } from 'vitest';
import { absolute, relative } from '../../src/console/moments';

const NOW = new Date('2026-03-10T12:00:00Z');

function away(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

describe('a distance in words', () => {
  it.each([
    [0, 'now'],
    [-59, 'now'],
    [-60, '1 min. ago'],
    [-59 * 60, '59 min. ago'],
    [-2 * 3600, '2 hr. ago'],
    [-26 * 3600, 'yesterday'],
    [3 * 86400, 'in 3 days'],
    [-8 * 86400, '1 wk. ago'],
    [-400 * 86400, '1 yr. ago'],
  ])('%i seconds are «%s»', (seconds, words) => {
    expect(relative(away(seconds), NOW, 'en')).toBe(words);
  });

  it('speaks the language of the page', () => {
    expect(relative(away(-2 * 3600), NOW, 'es')).toBe('hace 2 h');
    expect(relative(away(-86400), NOW, 'es')).toBe('ayer');
  });
});

it('an exact time has date and clock', () => {
  expect(absolute(NOW, 'en')).toMatch(/Mar 10, 2026.*\d:\d\d/);
  expect(absolute(NOW, 'es')).toMatch(/10 mar 2026.*\d:\d\d/);
});
