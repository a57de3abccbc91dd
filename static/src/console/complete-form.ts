/** Keeps the submit button off until every required field is filled. */
export class CompleteForm extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('input', this.#check);
    // Password managers fill in late, and some browsers hide the value until somebody touches the page.
    this.addEventListener('change', this.#check);
    this.addEventListener('animationstart', this.#check);
    this.#check();
  }

  #check = (): void => {
    const fields = [...this.querySelectorAll<HTMLInputElement>('input[required]')];
    const isComplete = fields.every((field) => field.value !== '' || field.matches(':autofill'));
    const button = this.querySelector<HTMLButtonElement>('form button:not([type="button"])');
    if (button) button.disabled = !isComplete;
  };
}
