import { plural } from '../i18n';

export interface Chosen {
  id: string;
  name: string;
}

/** The dialog of a deletion, which also does it. */
export interface Deletion extends HTMLElement {
  delete(rows: Chosen[]): Promise<void>;
}

/** The rows that are checked, and what can be done with them together; `data-deletion` names the element that deletes
 * them. */
export class Selection extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('change', this.#changed);
    this.addEventListener('click', this.#clicked);
    // Browsers bring checks back with the page; rows may vanish or be added.
    const rows = this.querySelector('tbody');
    if (rows) new MutationObserver(this.#show).observe(rows, { childList: true });
    window.addEventListener('pageshow', this.#show);
  }

  disconnectedCallback(): void {
    window.removeEventListener('pageshow', this.#show);
  }

  get #boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('td.select-cell input')];
  }

  get #all(): HTMLInputElement | null {
    return this.querySelector('#select-all');
  }

  #changed = (event: Event): void => {
    if (event.target === this.#all) this.#check(this.#all?.checked ?? false);
    this.#show();
  };

  #clicked = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (target.closest('[data-all]')) this.#check(true);
    if (target.closest('[data-clear]')) {
      this.#check(false);
      this.#boxes[0]?.focus();
    }
    this.#show();
    if (target.closest('#bulk-delete-btn'))
      document.querySelector<Deletion>(this.dataset.deletion ?? '')?.delete(this.#chosen());
  };

  #check(isChecked: boolean): void {
    for (const box of this.#boxes) box.checked = isChecked;
  }

  #chosen(): Chosen[] {
    return this.#boxes
      .filter((box) => box.checked)
      .map((box) => {
        const row = box.closest('tr');
        return { id: row?.dataset.rowId ?? '', name: row?.dataset.rowName ?? '' };
      });
  }

  #show = (): void => {
    const boxes = this.#boxes;
    const count = boxes.filter((box) => box.checked).length;
    const bar = this.querySelector<HTMLElement>('.bulk-bar');
    const words = this.querySelector('.bulk-count');
    if (bar) bar.hidden = count === 0;
    if (words) words.textContent = plural('console.selected', count);
    if (!this.#all) return;
    this.#all.checked = count > 0 && count === boxes.length;
    this.#all.indeterminate = count > 0 && count < boxes.length;
  };
}
