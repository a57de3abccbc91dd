export const PERMISSIONS = [
  'recordingControl',
  'recordingList',
  'recordingPlay',
  'recordingDownload',
  'recordingDelete',
  'meetingJoin',
  'roomShareAccessLinks',
  'participantPromote',
  'participantKick',
  'meetingEnd',
  'mediaPublishVideo',
  'mediaPublishAudio',
  'mediaShareScreen',
  'chatRead',
  'chatWrite',
  'mediaChangeVirtualBackground',
] as const;

export type Permission = (typeof PERMISSIONS)[number];
export type Permissions = Record<Permission, boolean>;
export type Badge = 'owner' | 'admin' | 'moderator' | 'other';

const BADGES: readonly string[] = ['owner', 'admin', 'moderator', 'other'];

/** A room member token, read for what the page shows; only the server decides what it is worth. */
export interface Membership {
  token: string;
  permissions: Permissions;
  badge: Badge;
  livekitUrl: string | null;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export function readMembership(token: string): Membership {
  const claims = decodePayload(token);
  const metadata = parseMetadata(typeof claims.metadata === 'string' ? claims.metadata : '');
  return {
    token,
    permissions: metadata.permissions ?? noPermissions(),
    badge: metadata.badge,
    livekitUrl: metadata.livekitUrl,
    expiresAt: typeof claims.exp === 'number' ? claims.exp * 1000 : Number.POSITIVE_INFINITY,
  };
}

export interface Metadata {
  permissions: Permissions | null;
  badge: Badge;
  /** A moderator for this meeting only, by somebody's promotion. */
  isPromoted: boolean;
  livekitUrl: string | null;
}

/** Tolerant: participants of other tools carry metadata of their own, or none. */
export function parseMetadata(text: string | undefined): Metadata {
  const raw = parseObject(text);
  const badge = typeof raw.badge === 'string' && BADGES.includes(raw.badge) ? raw.badge : 'other';
  return {
    permissions: isObject(raw.permissions) ? toPermissions(raw.permissions) : null,
    badge: badge as Badge,
    isPromoted: raw.isPromotedModerator === true,
    livekitUrl: typeof raw.livekitUrl === 'string' ? raw.livekitUrl : null,
  };
}

export function noPermissions(): Permissions {
  return toPermissions({});
}

function toPermissions(raw: Record<string, unknown>): Permissions {
  return Object.fromEntries(PERMISSIONS.map((name) => [name, raw[name] === true])) as Permissions;
}

function decodePayload(token: string): Record<string, unknown> {
  const part = token.split('.')[1] ?? '';
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  return parseObject(new TextDecoder().decode(bytes));
}

function parseObject(text: string | undefined): Record<string, unknown> {
  if (!text) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
