/** The summary of what is wrong takes the focus, so that nobody has to look for it. */
export class FormErrors extends HTMLElement {
  connectedCallback(): void {
    this.focus();
    // A link to a field means the field, not the place on the page.
    this.addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a');
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      field.focus();
    });
  }
}
