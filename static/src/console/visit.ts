import htmx from 'htmx.org';
import { csrfToken } from './page';

/** What opens a public page, by the names of the address. */
export type Credentials = Record<string, string>;

const GIVEN = ['secret', 'recordingSecret', 'accessToken'];
const TAKEN = [...GIVEN, 'refreshToken'];

/**
 * A page that somebody came to by a link. What opened it leaves the address at once and is kept in the history entry,
 * so that a reload finds it again; from there it goes into the body of whatever the page asks for.
 */
export class Visit extends HTMLElement {
  connectedCallback(): void {
    const isOpen = takeFromAddress();
    this.addEventListener('click', this.#clicked);
    this.addEventListener('submit', this.#submitted);
    document.addEventListener('htmx:configRequest', bringAlong);
    window.addEventListener('popstate', () => void show(location.href));
    if (isOpen) return;
    if (Object.keys(remembered()).length) void show(location.href);
    else leaveForLogin();
  }

  #clicked = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('[data-follow]');
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !isPlain || !Object.keys(remembered()).length) return;
    event.preventDefault();
    const address = link.dataset.follow ?? '';
    // The new page asks its opener. In a frame it could not, and stays inside.
    const isOpened = link.target === '_blank' && window === window.top && window.open(address);
    if (!isOpened) void follow(address);
  };

  /** Another language: the address alone would not open this page again. */
  #submitted = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    if (form.id !== 'language-menu') return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    void fetch(form.action, { method: 'POST', body, redirect: 'manual' }).then(() =>
      location.reload(),
    );
  };
}

/** Opens another page of ours, with what opened this one. */
export function go(address: string): void {
  if (Object.keys(remembered()).length) void follow(address);
  else location.assign(address);
}

/** Asks for something with what opened this page. */
export function post(address: string): Promise<Response> {
  return fetch(address, {
    method: 'POST',
    headers: { 'X-CSRFToken': csrfToken() },
    body: new URLSearchParams(remembered()),
  });
}

/** Moves what stands in the address to the history entry; whether there was anything. */
function takeFromAddress(): boolean {
  const url = new URL(location.href);
  const given = GIVEN.map((name) => [name, url.searchParams.get(name)]);
  const found = Object.fromEntries(given.filter(([, value]) => value));
  if (!TAKEN.some((name) => url.searchParams.has(name))) return false;
  for (const name of TAKEN) url.searchParams.delete(name);
  history.replaceState({ credentials: found }, '', url.pathname + url.search + url.hash);
  return true;
}

function remembered(): Credentials {
  const own = credentialsIn(history);
  if (own) return own;
  const inherited = credentialsOfOpener();
  if (inherited) history.replaceState({ credentials: inherited }, '');
  return inherited ?? {};
}

function credentialsOfOpener(): Credentials | null {
  try {
    return window.opener ? credentialsIn(window.opener.history) : null;
  } catch {
    return null; // somebody else's page
  }
}

function credentialsIn({ state }: History): Credentials | null {
  return (state as { credentials?: Credentials } | null)?.credentials ?? null;
}

function bringAlong(event: Event): void {
  const { parameters, headers } = (
    event as CustomEvent<{ parameters: Credentials; headers: Record<string, string> }>
  ).detail;
  Object.assign(parameters, remembered());
  headers['X-CSRFToken'] = csrfToken();
}

async function follow(address: string): Promise<void> {
  history.pushState({ credentials: remembered() }, '', address);
  await show(address);
  document.getElementById('main')?.focus();
  scrollTo(0, 0);
}

/** The content of the page at `address`, in place of what is shown. */
async function show(address: string): Promise<void> {
  const answer = await post(address).catch(() => null);
  if (!answer) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('main');
  if (!fresh) return;
  document.title = page.title;
  document.querySelector('main')?.replaceWith(fresh);
  htmx.process(fresh);
  leaveForLogin();
}

/** A page for nobody in particular says where to sign in. */
function leaveForLogin(): void {
  const login = document.querySelector<HTMLElement>('[data-login]')?.dataset.login;
  if (login) location.replace(login);
}
