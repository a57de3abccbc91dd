import {
  ConnectionQuality,
  type Participant,
  ParticipantKind,
  type Room,
  Track,
} from 'livekit-client';
import { type Badge, parseMetadata } from '../meeting/membership';

export type Quality = 'excellent' | 'good' | 'poor' | 'lost' | 'unknown';

/** One person as the page draws it: a plain snapshot, made anew whenever LiveKit reports a change. */
export interface Person {
  identity: string;
  sid: string;
  name: string;
  isLocal: boolean;
  badge: Badge;
  isPromoted: boolean;
  isSpeaking: boolean;
  quality: Quality;
  hasMicrophone: boolean;
  hasCamera: boolean;
  /** Present once there is a picture to attach. */
  cameraTrack: Track | null;
  screen: { sid: string; track: Track | null; since: number } | null;
  audio: { sid: string; track: Track }[];
}

/** Local first, then in the order of arrival, so that nobody jumps about. */
export function peopleIn(room: Room, shares: ShareOrder): Person[] {
  return [toPerson(room.localParticipant, shares), ...othersIn(room, shares)];
}

/** Without the local participant. */
export function othersIn(room: Room, shares: ShareOrder): Person[] {
  return [...room.remoteParticipants.values()]
    .filter(isPerson)
    .sort((a, b) => arrival(a) - arrival(b) || a.identity.localeCompare(b.identity))
    .map((participant) => toPerson(participant, shares));
}

function isPerson({ kind, permissions }: Participant): boolean {
  const isProgram = kind === ParticipantKind.EGRESS || kind === ParticipantKind.AGENT;
  return !isProgram && !permissions?.hidden;
}

function arrival(participant: Participant): number {
  return participant.joinedAt?.getTime() ?? 0;
}

function toPerson(participant: Participant, shares: ShareOrder): Person {
  const camera = participant.getTrackPublication(Track.Source.Camera);
  const microphone = participant.getTrackPublication(Track.Source.Microphone);
  const screen = participant.getTrackPublication(Track.Source.ScreenShare);
  const hasCamera = camera !== undefined && !camera.isMuted;
  const { badge, isPromoted } = parseMetadata(participant.metadata);
  return {
    identity: participant.identity,
    sid: participant.sid,
    name: participant.name || participant.identity,
    isLocal: participant.isLocal,
    badge,
    isPromoted,
    isSpeaking: participant.isSpeaking,
    quality: quality(participant.connectionQuality),
    hasMicrophone: microphone !== undefined && !microphone.isMuted,
    hasCamera,
    cameraTrack: hasCamera ? (camera.track ?? null) : null,
    screen: screen
      ? {
          sid: screen.trackSid,
          track: screen.track ?? null,
          since: shares.since(screen.trackSid),
        }
      : null,
    audio: participant.isLocal ? [] : audioOf(participant),
  };
}

function audioOf(participant: Participant): Person['audio'] {
  return [...participant.audioTrackPublications.values()].flatMap(({ trackSid, track }) =>
    track ? [{ sid: trackSid, track }] : [],
  );
}

function quality(value: ConnectionQuality): Quality {
  return Object.values<string>(ConnectionQuality).includes(value) ? value : 'unknown';
}

/** LiveKit does not say when a share began; the order in which we met them decides which is latest. */
export class ShareOrder {
  readonly #seen = new Map<string, number>();

  since(trackSid: string): number {
    const known = this.#seen.get(trackSid);
    if (known !== undefined) return known;
    const next = this.#seen.size + 1;
    this.#seen.set(trackSid, next);
    return next;
  }
}
