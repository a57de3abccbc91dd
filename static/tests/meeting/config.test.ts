import { describe, expect, it } from 'vitest';
import { backUrl, parseConfig } from '../../src/meeting/config';
import { readMembership } from '../../src/meeting/membership';
import { memberToken, pageConfig, permissions } from './cast';

const HERE = 'https://meet.test/room/r';

describe('parseConfig', () => {
  it('speaks English where the server names a language we have no catalogue for', () => {
    expect(parseConfig(JSON.stringify({ ...pageConfig(), language: 'xx' })).language).toBe('en');
    expect(parseConfig(JSON.stringify({ ...pageConfig(), language: 'es-mx' })).language).toBe('es');
  });
});

describe('backUrl', () => {
  it('prefers the address the host asked for, resolved against this page', () => {
    const config = pageConfig({ leaveRedirectUrl: '/bye', homeUrl: '/rooms' });
    expect(backUrl(config, '', HERE)).toBe('https://meet.test/bye');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://['])('refuses %s', (url) => {
    expect(backUrl(pageConfig({ leaveRedirectUrl: url }), '', HERE)).toBeNull();
  });

  it('leads signed-in people to their rooms', () => {
    expect(backUrl(pageConfig({ homeUrl: '/rooms' }), 'https://host.test/', HERE)).toBe('/rooms');
  });

  it('falls back to the other site one came from, never to this one', () => {
    expect(backUrl(pageConfig(), 'https://host.test/page', HERE)).toBe('https://host.test/page');
    expect(backUrl(pageConfig(), 'https://meet.test/page', HERE)).toBeNull();
    expect(backUrl(pageConfig(), '', HERE)).toBeNull();
  });
});

describe('readMembership', () => {
  it('reads permissions, badge and media address out of the token', () => {
    const token = memberToken({ permissions: permissions('meetingEnd'), livekitUrl: 'ws://lk' });
    expect(readMembership(token)).toMatchObject({
      token,
      badge: 'moderator',
      livekitUrl: 'ws://lk',
      expiresAt: 4_000_000_000_000,
      permissions: { meetingEnd: false, meetingJoin: true },
    });
  });

  it('grants nothing where metadata is missing or broken', () => {
    const payload = Buffer.from(JSON.stringify({ metadata: '{"permissions":[' })).toString(
      'base64url',
    );
    const { permissions: granted, badge } = readMembership(`h.${payload}.s`);
    expect(Object.values(granted).some(Boolean)).toBe(false);
    expect(badge).toBe('other');
  });
});
