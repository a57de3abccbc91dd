import { t } from '../i18n';

/** A password field with a button that shows what was typed. */
export class Password extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector('input');
    const button = this.querySelector('button');
    if (!input || !button) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const shows = input.type === 'password';
      input.type = shows ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(shows));
      button.setAttribute(
        'aria-label',
        t(shows ? 'console.password.hide' : 'console.password.show'),
      );
    });
    // Browsers offer to keep only what was sent as a password.
    input.form?.addEventListener('submit', () => {
      input.type = 'password';
    });
  }
}
