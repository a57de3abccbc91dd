import htmx from 'htmx.org';
import { t } from '../i18n';
import { toast } from './toasts';

const EVERY = 4000;
const MOST_ROWS = 40;
// One lost answer is nothing; after three the page says that it no longer knows.
const TOLERATED = 3;

interface Request {
  elt: Element;
  parameters: Record<string, unknown>;
  headers: Record<string, string>;
  xhr: XMLHttpRequest;
}

/** Asks every four seconds how what is in view is doing (elements with `data-live-id`), while somebody is looking. The server answers with the
 * pieces to swap in place, or with 304. */
export class Live extends HTMLElement {
  #timer: number | undefined;
  #etag = '';
  #failures = 0;

  connectedCallback(): void {
    this.addEventListener('htmx:configRequest', this.#prepare);
    this.addEventListener('htmx:afterRequest', this.#answered);
    document.addEventListener('visibilitychange', this.#plan);
    this.#plan();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#plan);
  }

  /** Asks now; with `everything`, also for what changes only by what people do here. */
  refresh(everything = false): void {
    this.toggleAttribute('data-everything', everything);
    clearTimeout(this.#timer);
    if (this.hasAttribute('data-counts') || this.#idsInView().length)
      htmx.trigger(this, 'refresh', {});
    else this.#plan();
  }

  #plan = (): void => {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible')
      this.#timer = window.setTimeout(() => this.refresh(), EVERY);
  };

  #prepare = (event: Event): void => {
    const request = (event as CustomEvent<Request>).detail;
    if (request.elt !== this) return;
    request.parameters.ids = this.#idsInView().join(',');
    if (this.hasAttribute('data-counts'))
      request.parameters.counts = this.hasAttribute('data-everything') ? 'all' : 'live';
    if (this.#etag) request.headers['If-None-Match'] = this.#etag;
  };

  #answered = (event: Event): void => {
    const { elt, xhr } = (event as CustomEvent<Request>).detail;
    if (elt !== this) return;
    const isFine = xhr.status === 200 || xhr.status === 304;
    this.#failures = isFine ? 0 : this.#failures + 1;
    if (xhr.status === 200) this.#etag = xhr.getResponseHeader('ETag') ?? '';
    if (this.#failures === TOLERATED) toast('error', t('console.live.lost'));
    this.#plan();
  };

  /** Only those: an address has its limits, and what nobody sees may wait until it is scrolled to. */
  #idsInView(): string[] {
    return [...this.querySelectorAll<HTMLElement>('[data-live-id]')]
      .filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom >= 0 && top <= window.innerHeight;
      })
      .slice(0, MOST_ROWS)
      .map((row) => row.dataset.liveId ?? '');
  }
}
