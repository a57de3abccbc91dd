const BUTTON = '#load-more-btn';

/** After «load more»: the focus goes to the first new row, and the address remembers how much is loaded, so that
 * coming back with the browser's button shows the same list. */
export function followLoadMore(): void {
  let before = 0;
  let address = '';
  document.addEventListener('htmx:configRequest', (event) => {
    const button = (event.target as Element).closest<HTMLAnchorElement>(BUTTON);
    if (!button) return;
    before = rows().length;
    // On pages that answer to a POST the address stays what it is.
    address = button.hasAttribute('hx-get') ? button.href : location.href;
  });
  document.addEventListener('htmx:afterSettle', () => {
    if (!address || rows().length === before) return;
    history.replaceState(history.state, '', address);
    address = '';
    rows()[before]?.querySelector<HTMLElement>('.name-link')?.focus();
  });
}

function rows(): NodeListOf<HTMLElement> {
  return document.querySelectorAll('.list-row');
}
