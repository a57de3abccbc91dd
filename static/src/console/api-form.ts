import { t } from '../i18n';
import { csrfToken } from './page';

/** Sends its form as the method in `data-method`, with the text as JSON body, and shows the answer below. */
export class ApiForm extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector('form');
    form?.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send(form);
    });
  }

  async #send(form: HTMLFormElement): Promise<void> {
    const button = form.querySelector('button');
    const shown = form.querySelector('output');
    if (!button || !shown) return;
    button.disabled = true;
    try {
      shown.textContent = await this.#answer(form);
    } catch {
      shown.textContent = t('console.unreachable');
    } finally {
      shown.hidden = false;
      button.disabled = false;
    }
  }

  async #answer(form: HTMLFormElement): Promise<string> {
    const body = form.querySelector('textarea')?.value ?? null;
    const answer = await fetch(form.action, {
      method: this.dataset.method ?? 'POST',
      headers: {
        Accept: 'application/json',
        'X-CSRFToken': csrfToken(),
        ...(body === null ? {} : { 'Content-Type': 'application/json' }),
      },
      body,
    });
    return `${answer.status} ${answer.statusText}\n\n${readable(await answer.text())}`;
  }
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 4);
  } catch {
    return text;
  }
}
