import { Store } from '../store';
import en from './en.json';
import es from './es.json';

export type MessageKey = keyof typeof en;
/** Keys that exist as `<key>.one` and `<key>.other`. */
export type PluralKey = MessageKey extends infer Key
  ? Key extends `${infer Stem}.other`
    ? Stem
    : never
  : never;
export type Language = 'en' | 'es';
type Values = Record<string, string | number>;

const CATALOGS: Record<Language, Record<MessageKey, string>> = { en, es };

/** Each language by its own name. */
export const LANGUAGES: Record<Language, string> = { en: 'English', es: 'Español' };

class CurrentLanguage extends Store<{ language: Language }> {
  choose(language: Language): void {
    this.update({ language });
  }
}

export const currentLanguage = new CurrentLanguage({ language: 'en' });

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && value in CATALOGS;
}

export function t(key: MessageKey, values: Values = {}): string {
  const text = CATALOGS[currentLanguage.state.language][key];
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** `key.one`, `key.other`, … by the language's own rules; the number is available as `{count}`. */
export function plural(key: PluralKey, count: number, values: Values = {}): string {
  const rule = new Intl.PluralRules(currentLanguage.state.language).select(count);
  const wanted = `${key}.${rule}`;
  const found = wanted in CATALOGS.en ? wanted : `${key}.other`;
  return t(found as MessageKey, { count, ...values });
}
