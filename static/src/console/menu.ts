const HAS_ANCHORS = CSS.supports('position-area: block-end');
const GAP = 4;

/** A button and the popover it opens. The browser opens, closes and tabs by itself; added here are the arrow keys,
 * closing when the focus leaves, and a place under the button where CSS cannot anchor yet. */
export class Menu extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('keydown', this.#keyed);
    this.#menu?.addEventListener('toggle', this.#toggled);
    this.#menu?.addEventListener('focusout', this.#left);
  }

  get #menu(): HTMLElement | null {
    return this.querySelector('[popover]');
  }

  get #button(): HTMLElement | null {
    return this.querySelector('[popovertarget]');
  }

  #keyed = (event: KeyboardEvent): void => {
    const menu = this.#menu;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // In a field the arrows are the field's.
    if (!menu || !step || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    menu.showPopover();
    const items = [...menu.querySelectorAll<HTMLElement>('a, button')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length;
    items[next]?.focus();
  };

  #toggled = (event: Event): void => {
    const button = this.#button;
    if (HAS_ANCHORS || !button || !this.#menu || (event as ToggleEvent).newState !== 'open') return;
    const place = button.getBoundingClientRect();
    const opensUp = place.bottom + this.#menu.offsetHeight + GAP > window.innerHeight;
    const { style } = this.#menu;
    style.inset = 'auto';
    style.insetInlineEnd = `${Math.max(GAP, document.documentElement.clientWidth - place.right)}px`;
    if (opensUp) style.bottom = `${window.innerHeight - place.top + GAP}px`;
    else style.top = `${place.bottom + GAP}px`;
  };

  #left = (event: FocusEvent): void => {
    const goesTo = event.relatedTarget as Node | null;
    if (goesTo && !this.contains(goesTo)) this.#menu?.hidePopover();
  };
}
