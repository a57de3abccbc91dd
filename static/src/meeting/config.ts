import { isLanguage, type Language } from '../i18n';

/** What the server tells the page, as `<script type="application/json" id="meet-config">`. */
export interface PageConfig {
  roomId: string;
  basePath: string;
  language: Language;
  signedIn: boolean;
  userName: string | null;
  csrfToken: string | null;
  themeImposed: boolean;
  loginUrl: string;
  homeUrl: string | null;
  languageUrl: string;
  leaveRedirectUrl: string | null;
  participantName: string | null;
}

export function parseConfig(text: string): PageConfig {
  const raw = JSON.parse(text) as PageConfig;
  const language = String(raw.language).split('-')[0];
  return { ...raw, language: isLanguage(language) ? language : 'en' };
}

/**
 * Where «back» leads: the console, the page the host asked for, or the other site one came from
 * (a direct link without a leave address relies on that). `null`: nowhere, so no button.
 */
export function backUrl(config: PageConfig, referrer: string, here: string): string | null {
  if (config.leaveRedirectUrl) return webAddress(config.leaveRedirectUrl, here);
  if (config.homeUrl) return config.homeUrl;
  const origin = new URL(here).origin;
  return referrer && new URL(referrer).origin !== origin ? referrer : null;
}

/** A leave address comes from the query string: `javascript:` and friends must not become a link. */
function webAddress(url: string, here: string): string | null {
  try {
    const parsed = new URL(url, here);
    return /^https?:$/.test(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}
