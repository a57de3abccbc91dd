import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import icons from '../../src/console/icons.json';

const ROOT = new URL('../../..', import.meta.url).pathname;

/** `{% icon "name" %}`, and what is passed on to one: `with glyph="name"`, the navigation's table. */
function used(): Set<string> {
  const templates = readdirSync(join(ROOT, 'templates'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .map((name) => readFileSync(join(ROOT, 'templates', name), 'utf8'))
    .join('\n');
  const navigation = readFileSync(join(ROOT, 'meet/pages.py'), 'utf8');
  return new Set([
    ...[...templates.matchAll(/(?:\{% icon |glyph=)"([\w-]+)"/g)].map((match) => match[1] ?? ''),
    ...[...navigation.matchAll(/NavigationItem\("[\w-]+", _\("[^"]+"\), "([\w-]+)"/g)].map(
      (match) => match[1] ?? '',
    ),
  ]);
}

it('the sprite has the icons that are drawn, and no others', () => {
  expect([...icons].sort()).toEqual([...used()].sort());
});
