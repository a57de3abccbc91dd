import { remember } from './cookies';

/** On a desktop the navigation stands beside the page and folds to icons; on phones its button opens a drawer, which
 * the browser does by itself. */
export class NavigationToggle extends HTMLElement {
  readonly #desktop = matchMedia('(min-width: 992px)');

  connectedCallback(): void {
    this.#button?.addEventListener('click', this.#clicked);
    this.#drawer?.addEventListener('toggle', this.#drawerToggled);
    this.#desktop.addEventListener('change', this.#closeDrawer);
  }

  disconnectedCallback(): void {
    this.#desktop.removeEventListener('change', this.#closeDrawer);
  }

  get #button(): HTMLButtonElement | null {
    return this.querySelector('button');
  }

  get #drawer(): HTMLElement | null {
    return document.getElementById('navigation');
  }

  #clicked = (event: MouseEvent): void => {
    if (!this.#desktop.matches) return;
    event.preventDefault();
    const root = document.documentElement;
    const folds = root.dataset.navigation !== 'folded';
    if (folds) root.dataset.navigation = 'folded';
    else delete root.dataset.navigation;
    remember('navigation', folds ? 'folded' : 'open');
  };

  #drawerToggled = (event: Event): void => {
    if ((event as ToggleEvent).newState !== 'open') return;
    const link = this.#drawer?.querySelector<HTMLElement>('[aria-current], nav a');
    link?.focus();
  };

  #closeDrawer = (): void => {
    if (this.#drawer?.matches(':popover-open')) this.#drawer.hidePopover();
  };
}
