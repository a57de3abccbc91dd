import { describe, expect, it } from 'vitest';
import { takeSecrets } from '../../src/meeting/secrets';

describe('takeSecrets', () => {
  it('moves link secret and key out of the address into the history entry', () => {
    const { entry, urls } = historyEntry();
    const taken = takeSecrets(
      'https://m.test/room/r?secret=s&e2ee-key=k&leave-redirect-url=%2F#x',
      entry,
    );
    expect(taken).toEqual({ secret: 's', e2eeKey: 'k', participantName: null });
    expect(urls).toEqual(['/room/r?leave-redirect-url=%2F#x']);
    expect(entry.state).toEqual(taken);
  });

  it('finds them again after a reload, with the name that belongs to them', () => {
    const { entry } = historyEntry();
    takeSecrets('https://m.test/room/r?secret=guest-1', entry, 'Guest Gloria');
    expect(takeSecrets('https://m.test/room/r', entry)).toEqual({
      secret: 'guest-1',
      e2eeKey: null,
      participantName: 'Guest Gloria',
    });
  });

  it('lets a secret in the address win, and no old name leak into it', () => {
    const { entry } = historyEntry({ secret: 'old', e2eeKey: 'old', participantName: 'Gloria' });
    expect(takeSecrets('https://m.test/room/r?secret=new', entry)).toEqual({
      secret: 'new',
      e2eeKey: null,
      participantName: null,
    });
  });

  it.each([null, 'text', 7, { secret: 3 }, { secret: '' }])(
    'survives a foreign entry: %o',
    (state) => {
      const { entry, urls } = historyEntry(state);
      expect(takeSecrets('https://m.test/room/r', entry).secret).toBeNull();
      expect(urls).toEqual([]);
    },
  );
});

function historyEntry(state: unknown = null) {
  const urls: string[] = [];
  const entry = {
    state,
    replaceState(next: unknown, _unused: string, url: string) {
      entry.state = next;
      urls.push(url);
    },
  };
  return { entry, urls };
}
