import { t } from '../i18n';

const CONFIRMED = 2000;

/** Puts its `data-value` into the clipboard and says so for two seconds. */
export class Copy extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    const button = this.querySelector('button');
    button?.addEventListener('click', () => this.#copy(button));
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    await writeToClipboard(this.dataset.value ?? '');
    if (this.hasAttribute('data-copied')) return;
    this.toggleAttribute('data-copied', true);
    const shown = button.querySelector('[data-copy-word]');
    const before = shown ? shown.textContent : button.getAttribute('aria-label');
    const say = (words: string | null) => {
      if (shown) shown.textContent = words;
      else button.setAttribute('aria-label', words ?? '');
    };
    say(t('console.copied'));
    announce(t('console.copied'));
    setTimeout(() => {
      say(before);
      this.removeAttribute('data-copied');
    }, CONFIRMED);
  }
}

async function writeToClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers hide the clipboard from pages served over plain http, and may refuse it.
    copyBySelection(text);
  }
}

function copyBySelection(text: string): void {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  // Everything outside of an open dialog is inert.
  const home = document.activeElement?.closest('dialog') ?? document.body;
  const focused = document.activeElement;
  home.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
}

/** Tells screen readers; to the eye the button says it. */
function announce(words: string): void {
  const home = document.querySelector('dialog[open]') ?? document.body;
  const region = document.createElement('div');
  region.className = 'visually-hidden';
  region.setAttribute('role', 'status');
  home.append(region);
  // A live region is read when it changes, so it has to be there first.
  setTimeout(() => {
    region.textContent = words;
  }, 50);
  setTimeout(() => region.remove(), CONFIRMED);
}
