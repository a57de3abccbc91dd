import { absolute, relative } from './moments';

const EVERY = 30_000;

/** Writes a point in time in the reader's zone and language, and keeps «2 minutes ago» true. */
export class Time extends HTMLElement {
  #timer: number | undefined;

  connectedCallback(): void {
    this.#write();
    if (this.getAttribute('format') === 'relative')
      this.#timer = window.setInterval(this.#write, EVERY);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  #write = (): void => {
    const time = this.querySelector('time');
    if (!time) return;
    const moment = new Date(time.dateTime);
    const language = document.documentElement.lang;
    const exact = absolute(moment, language);
    const isRelative = this.getAttribute('format') === 'relative';
    time.textContent = isRelative ? relative(moment, new Date(), language) : exact;
    if (isRelative) time.title = exact;
  };
}
