import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { currentLanguage, plural, t } from '../../src/i18n';
import en from '../../src/i18n/en.json';
import es from '../../src/i18n/es.json';

const SOURCES = new URL('../../src', import.meta.url).pathname;
const source = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'))
  .join('\n');

/** Every quoted text that looks like a key: `t('a.b')`, tables of keys, both arms of a choice. */
const quoted = new Set([...source.matchAll(/'([a-z]\w*(?:\.\w+)+)'/g)].map((match) => match[1]));
/** Keys that are put together: `t(`device.${kind}`)`. */
const patterns = [...source.matchAll(/`([a-z]\w*\.[\w.]*\$\{[^`]*)`/g)].map(
  (match) =>
    new RegExp(`^${(match[1] ?? '').replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '\\w+')}$`),
);

afterEach(() => currentLanguage.choose('en'));

describe('the catalogues', () => {
  it('have the same keys in the same order', () => {
    expect(Object.keys(es)).toEqual(Object.keys(en));
  });

  it('have the same placeholders', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(placeholders(es[key as keyof typeof es]), key).toEqual(placeholders(text));
    }
  });

  it('have no empty text', () => {
    for (const text of [...Object.values(en), ...Object.values(es)])
      expect(text.trim()).not.toBe('');
  });

  it('contain every key that is used', () => {
    const used = [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]);
    const counted = [...source.matchAll(/\bplural\(\s*'([^']+)'/g)].map(
      (match) => `${match[1]}.other`,
    );
    expect(used.length).toBeGreaterThan(50);
    for (const key of [...used, ...counted]) expect(en).toHaveProperty([key ?? '']);
  });

  it('contain no key that nobody uses', () => {
    const unused = Object.keys(en).filter((key) => {
      const stem = key.replace(/\.(one|other)$/, '');
      return (
        !quoted.has(stem) && !quoted.has(key) && !patterns.some((pattern) => pattern.test(key))
      );
    });
    expect(unused).toEqual([]);
  });
});

describe('t and plural', () => {
  it('fill in values and leave unknown placeholders alone', () => {
    expect(t('person.joined', { name: 'Ana' })).toBe('Ana joined');
    expect(t('person.joined')).toBe('{name} joined');
  });

  it('follow the rules of the chosen language', () => {
    expect(plural('device.retryIn', 1)).toBe('Next attempt in 1 second.');
    expect(plural('device.retryIn', 3)).toBe('Next attempt in 3 seconds.');
    currentLanguage.choose('es');
    expect(plural('device.retryIn', 1)).toBe('Próximo intento en 1 segundo.');
  });

  it('fall back to the general form where a language has more forms than the catalogue', () => {
    currentLanguage.choose('es');
    expect(plural('device.retryIn', 1_000_000)).toContain('segundos');
  });
});

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(String).sort();
}
