/** Opens its dialog when htmx has filled it, and at once on a page that was asked to (`?share`). */
export class Share extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('htmx:afterSwap', this.#filled);
    const address = new URL(location.href);
    if (!address.searchParams.has('share')) return;
    address.searchParams.delete('share');
    history.replaceState(history.state, '', address);
    // Everything else on the page has its behaviour by then.
    setTimeout(() => {
      const button = document.getElementById('share-btn');
      // Where the focus returns to.
      button?.focus();
      button?.click();
    });
  }

  #filled = (event: Event): void => {
    const dialog = this.querySelector('dialog');
    // Errors bring a toast and nothing for the dialog.
    const { successful } = (event as CustomEvent<{ successful: boolean }>).detail;
    if (successful && dialog && !dialog.open) dialog.showModal();
  };
}
