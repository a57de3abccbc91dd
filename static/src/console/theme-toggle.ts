import { remember, remembered } from './cookies';

/** Light or dark: what somebody chose, else what their system says, also when that changes. */
export class ThemeToggle extends HTMLElement {
  readonly #system = matchMedia('(prefers-color-scheme: dark)');

  connectedCallback(): void {
    this.#button?.addEventListener('click', this.#toggle);
    this.#system.addEventListener('change', this.#show);
    this.#show();
  }

  disconnectedCallback(): void {
    this.#system.removeEventListener('change', this.#show);
  }

  get #button(): HTMLButtonElement | null {
    return this.querySelector('button');
  }

  get #isDark(): boolean {
    const chosen = remembered('theme');
    return chosen ? chosen === 'dark' : this.#system.matches;
  }

  #toggle = (): void => {
    remember('theme', this.#isDark ? 'light' : 'dark');
    this.#show();
  };

  #show = (): void => {
    document.documentElement.dataset.bsTheme = this.#isDark ? 'dark' : 'light';
    this.#button?.setAttribute('aria-pressed', String(this.#isDark));
  };
}
