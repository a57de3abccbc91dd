/** What opens the room. Lives in the history entry, never in the address bar or in web storage. */
export interface Secrets {
  secret: string | null;
  e2eeKey: string | null;
  /** A guest's locked name belongs to the secret, so a reload must find it next to it. */
  participantName: string | null;
}

interface Entry {
  readonly state: unknown;
  replaceState(state: unknown, unused: string, url: string): void;
}

/**
 * Moves link secret and encryption key out of the visible address into the history entry, and
 * finds them there again after a reload. A secret in the address always wins over a remembered one.
 */
export function takeSecrets(
  href: string,
  history: Entry,
  participantName: string | null = null,
): Secrets {
  const url = new URL(href);
  const secret = url.searchParams.get('secret');
  const e2eeKey = url.searchParams.get('e2ee-key');
  if (secret === null && e2eeKey === null) {
    const kept = remembered(history.state);
    return { ...kept, participantName: participantName ?? kept.participantName };
  }
  const taken: Secrets = { secret: secret || null, e2eeKey: e2eeKey || null, participantName };
  url.searchParams.delete('secret');
  url.searchParams.delete('e2ee-key');
  history.replaceState(taken, '', url.pathname + url.search + url.hash);
  return taken;
}

function remembered(state: unknown): Secrets {
  const kept = (typeof state === 'object' && state !== null ? state : {}) as Record<
    string,
    unknown
  >;
  return {
    secret: text(kept.secret),
    e2eeKey: text(kept.e2eeKey),
    participantName: text(kept.participantName),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
