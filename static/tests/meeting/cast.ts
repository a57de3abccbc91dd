import { EventEmitter } from 'node:events';
import type { Room } from 'livekit-client';
import type { PageConfig } from '../../src/meeting/config';
import { PERMISSIONS, type Permission, type Permissions } from '../../src/meeting/membership';

export function pageConfig(changes: Partial<PageConfig> = {}): PageConfig {
  return {
    roomId: 'room-1',
    basePath: '',
    language: 'en',
    signedIn: false,
    userName: null,
    csrfToken: null,
    themeImposed: false,
    loginUrl: '/login?next=/room/room-1',
    homeUrl: null,
    languageUrl: '/language',
    leaveRedirectUrl: null,
    participantName: null,
    ...changes,
  };
}

export function permissions(...without: Permission[]): Permissions {
  return Object.fromEntries(
    PERMISSIONS.map((name) => [name, !without.includes(name)]),
  ) as Permissions;
}

interface Minted {
  permissions?: Permissions;
  livekitUrl?: string;
  exp?: number;
}

/** A token as the server makes it, unsigned: the page never checks signatures. */
export function memberToken({ exp = 4_000_000_000, ...metadata }: Minted = {}): string {
  const text = JSON.stringify({ badge: 'moderator', permissions: permissions(), ...metadata });
  const payload = Buffer.from(JSON.stringify({ exp, metadata: text })).toString('base64url');
  return `h.${payload}.s`;
}

export function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
}

export function participant(identity: string, more: object = {}) {
  return {
    identity,
    sid: `PA_${identity}`,
    name: identity,
    isLocal: false,
    isSpeaking: false,
    connectionQuality: 'excellent',
    audioTrackPublications: new Map(),
    getTrackPublication: (): unknown => undefined,
    ...more,
  };
}

/** As much of a LiveKit room as a session touches. */
export class FakeRoom extends EventEmitter {
  canPlaybackAudio = true;
  remoteParticipants = new Map<string, ReturnType<typeof participant>>();
  calls: string[] = [];
  failWith: Error | null = null;
  localParticipant = {
    ...participant('me', { isLocal: true }),
    setCameraEnabled: (on: boolean) => this.#call(`camera ${on}`),
    setMicrophoneEnabled: (on: boolean) => this.#call(`microphone ${on}`),
    setScreenShareEnabled: (on: boolean) => this.#call(`screen ${on}`),
    publishTrack: (track: { kind: string }) => this.#call(`publish ${track.kind}`),
  };

  connect = async (): Promise<void> => {
    this.emit('signalConnected');
    await this.#call('connect');
  };

  disconnect = async (): Promise<void> => {
    this.emit('disconnected', 1);
  };

  asRoom(): Room {
    return this as unknown as Room;
  }

  async #call(name: string): Promise<void> {
    this.calls.push(name);
    await Promise.resolve();
    if (this.failWith) throw this.failWith;
  }
}

export function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

/** What LiveKit hands over with `dataReceived`. */
export function packet(topic: string, body: object, sender?: object): unknown[] {
  return [new TextEncoder().encode(JSON.stringify(body)), sender, 0, topic, 0, ''];
}

export function recordingSignal(status: string, recordingId = 'r1', more: object = {}): object {
  const recording = { recordingId, roomId: 'room-1', roomName: 'Stand-up', status, ...more };
  return { roomId: 'room-1', recording, timestamp: 1_000_000 };
}
