/** Says that a form has changes and asks before they are lost. */
export class Unsaved extends HTMLElement {
  #saved = '';
  #isLeaving = false;

  connectedCallback(): void {
    const form = this.querySelector('form');
    if (!form) return;
    // A form that came back with errors holds what was never saved.
    this.#saved = this.hasAttribute('data-dirty') ? '' : this.#values(form);
    this.addEventListener('input', this.#show);
    form.addEventListener('reset', () => setTimeout(this.#show));
    form.addEventListener('submit', () => {
      this.#isLeaving = true;
    });
    this.addEventListener('click', (event) => {
      if ((event.target as Element).closest('[data-discard]')) this.#isLeaving = true;
    });
    window.addEventListener('beforeunload', this.#guard);
    this.#show();
  }

  disconnectedCallback(): void {
    window.removeEventListener('beforeunload', this.#guard);
  }

  get #isChanged(): boolean {
    const form = this.querySelector('form');
    return form !== null && this.#values(form) !== this.#saved;
  }

  #values(form: HTMLFormElement): string {
    return JSON.stringify([...new FormData(form)]);
  }

  #show = (): void => {
    const state = this.querySelector<HTMLElement>('[data-unsaved-words]');
    if (state) state.textContent = this.#isChanged ? (state.dataset.unsavedWords ?? '') : '';
    const undo = this.querySelector<HTMLButtonElement>('button[data-undo]');
    if (undo) undo.disabled = !this.#isChanged;
  };

  #guard = (event: BeforeUnloadEvent): void => {
    if (this.#isChanged && !this.#isLeaving) event.preventDefault();
  };
}
