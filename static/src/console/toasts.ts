const STAYS = 6000;
const WAITING = 'meet-toast';

export type Level = 'success' | 'error';

/** Shows a result on this page. */
export function toast(level: Level, text: string): void {
  document.querySelector<Toasts>('meet-toasts')?.show(level, text);
}

/** Shows a result on the page that is opened next. */
export function toastOnNextPage(level: Level, text: string): void {
  sessionStorage.setItem(WAITING, JSON.stringify({ level, text }));
}

/** Where results appear, the server's and the script's alike. Good news goes by itself unless somebody reads it with
 * the pointer or the focus on it; errors stay. */
export class Toasts extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('click', this.#clicked);
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) this.#watch(node);
    }).observe(this, { childList: true });
    // Screen readers announce what is added, not what was there when the page came.
    for (const old of this.querySelectorAll(':scope > .custom-snackbar')) this.append(old);
    this.#showWaiting();
  }

  show(level: Level, text: string): void {
    const template = this.querySelector<HTMLTemplateElement>(`template[data-level="${level}"]`);
    const copy = template?.content.cloneNode(true) as DocumentFragment | undefined;
    const words = copy?.querySelector('.custom-snackbar-text');
    if (!copy || !words) return;
    words.textContent = text;
    this.append(copy);
  }

  #showWaiting(): void {
    const waiting = sessionStorage.getItem(WAITING);
    if (!waiting) return;
    sessionStorage.removeItem(WAITING);
    const { level, text } = JSON.parse(waiting) as { level: Level; text: string };
    this.show(level, text);
  }

  #watch(node: Node): void {
    if (!(node instanceof HTMLElement) || node.dataset.level === 'error') return;
    const leave = () => {
      if (node.matches(':hover, :focus-within')) setTimeout(leave, STAYS);
      else node.remove();
    };
    setTimeout(leave, STAYS);
  }

  #clicked = (event: MouseEvent): void => {
    const close = (event.target as Element).closest('.btn-close');
    close?.closest('.custom-snackbar')?.remove();
  };
}
