import { describe, expect, it } from 'vitest';
import {
  bestContrast,
  isColour,
  opaque,
  READABLE,
  readableNeighbour,
  readableOn,
} from '../../src/console/contrast';

describe('what is a colour', () => {
  it.each(['#abc', '#abcd', '#AABBCC', '#aabbcc80'])('%s is one', (text) => {
    expect(isColour(text)).toBe(true);
  });

  it.each(['', 'red', '#ab', '#abcde', '#aabbccddee', '#ggg', 'x#abc'])('%j is none', (text) => {
    expect(isColour(text)).toBe(false);
  });
});

describe('text on a colour', () => {
  it.each([
    ['#ffffff', '#212529'],
    ['#000', '#ffffff'],
    ['#a9e3f0', '#212529'],
    ['#0b7285', '#ffffff'],
  ])('on %s is %s', (colour, text) => {
    expect(readableOn(colour, '#ffffff')).toBe(text);
  });

  it('on a translucent colour is judged over what lies behind', () => {
    expect(readableOn('#00000010', '#ffffff')).toBe('#212529');
    expect(readableOn('#00000010', '#000000')).toBe('#ffffff');
  });

  it('contrasts as WCAG computes it', () => {
    expect(bestContrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(bestContrast('#888888', '#ffffff')).toBeCloseTo(4.35, 2);
  });
});

describe('a better colour', () => {
  it('reads well and is near', () => {
    const better = readableNeighbour('#808080', '#ffffff');
    expect(bestContrast(better, '#ffffff')).toBeGreaterThanOrEqual(READABLE);
    expect(Number.parseInt(better.slice(1, 3), 16)).toBeGreaterThan(0x60);
    expect(Number.parseInt(better.slice(1, 3), 16)).toBeLessThan(0xa0);
  });

  it('is found for every hue', () => {
    for (const colour of ['#d04040', '#4f7f4f', '#9a5fd0', '#c06a00', '#00809080']) {
      const better = readableNeighbour(colour, '#1f2020');
      expect(bestContrast(better, '#1f2020')).toBeGreaterThanOrEqual(READABLE);
    }
  });
});

it('a picker gets six digits', () => {
  expect(opaque('#abc', '#ffffff')).toBe('#aabbcc');
  expect(opaque('#00000080', '#ffffff')).toBe('#7f7f7f');
});
