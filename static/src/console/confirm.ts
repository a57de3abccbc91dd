import { ask } from './dialogs';

/** Asks before its form is sent; without script the form is sent at once. */
export class Confirm extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector<HTMLFormElement>('form[method="post"]');
    const dialog = this.querySelector('dialog');
    if (!form || !dialog) return;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (await ask(dialog)) form.submit();
    });
  }
}
