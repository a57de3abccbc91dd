import { ask } from './dialogs';

/** Asks before its form is sent. Without script the form is sent at once; a link in front of it leads to a page that
 * asks instead. */
export class Confirm extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector<HTMLFormElement>('form[method="post"]');
    const link = this.querySelector<HTMLAnchorElement>('a[href]');
    const dialog = this.querySelector('dialog');
    if (!form || !dialog) return;
    (link ?? form).addEventListener(link ? 'click' : 'submit', async (event) => {
      event.preventDefault();
      if (await ask(dialog)) form.submit();
    });
  }
}
