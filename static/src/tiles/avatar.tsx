import { PersonIcon } from './icons';

/** A hue that stays the same for a name, on every screen. */
export function hueOf(name: string): number {
  let hash = 2166136261;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return (hash >>> 8) % 360;
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** Initials on a colour derived from the name. The name itself is written next to it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span className="avatar" style={{ '--hue': hueOf(name) }} aria-hidden="true">
      {initialsOf(name) || <PersonIcon size="50%" />}
    </span>
  );
}
