/** Preferences that the server reads as well, so that the next page is drawn right at once. */
type Preference = 'theme' | 'navigation';

const ONE_YEAR = 365 * 24 * 60 * 60;

export function remember(preference: Preference, value: string): void {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore does not exist where Meet is served over plain http.
  document.cookie = `${nameOf(preference)}=${value}; path=/; max-age=${ONE_YEAR}; samesite=lax${secure}`;
}

export function remembered(preference: Preference): string | undefined {
  const start = `${nameOf(preference)}=`;
  return document.cookie
    .split('; ')
    .find((cookie) => cookie.startsWith(start))
    ?.slice(start.length);
}

/** Browsers share cookies between the ports of a host. */
function nameOf(preference: Preference): string {
  return `meet_${preference}_${document.documentElement.dataset.cookies}`;
}
