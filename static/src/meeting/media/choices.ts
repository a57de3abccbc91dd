export type DeviceKind = 'camera' | 'microphone' | 'speaker';

interface Remembered {
  name: string;
  mediaUrl: string;
  theme: '' | 'light' | 'dark';
  cameraOn: boolean;
  microphoneOn: boolean;
  camera: string;
  microphone: string;
  speaker: string;
}

const DEFAULTS: Remembered = {
  name: '',
  mediaUrl: '',
  theme: '',
  cameraOn: true,
  microphoneOn: true,
  camera: '',
  microphone: '',
  speaker: '',
};

/** What this browser remembers between visits. Never a secret, never a token. */
export class Choices {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
  }

  get<Key extends keyof Remembered>(key: Key): Remembered[Key] {
    const fallback = DEFAULTS[key];
    try {
      const text = this.#storage.getItem(storageKey(key));
      if (text === null) return fallback;
      return (typeof fallback === 'boolean' ? text === 'true' : text) as Remembered[Key];
    } catch {
      // Storage can be forbidden, in a third-party frame for one: then nothing is remembered.
      return fallback;
    }
  }

  set<Key extends keyof Remembered>(key: Key, value: Remembered[Key]): void {
    try {
      this.#storage.setItem(storageKey(key), String(value));
    } catch {
      // As above: the choice holds for this visit only.
    }
  }
}

function storageKey(key: keyof Remembered): string {
  return `meet-${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
