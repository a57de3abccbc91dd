import htmx from 'htmx.org';
import { t } from '../i18n';
import { toast } from './toasts';

// The Content-Security-Policy refuses both: eval, and a style element without nonce.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
// Links are real addresses; the browser's own history is enough.
htmx.config.historyEnabled = false;
// What an element does stands on the element.
htmx.config.disableInheritance = true;
htmx.config.responseHandling = [
  { code: '204', swap: false },
  { code: '304', swap: false },
  { code: '[23]..', swap: true },
  // Forms and dialogs that come back with questions.
  { code: '409', swap: true },
  { code: '422', swap: true },
  // Errors bring a toast along, which is swapped out of band; nothing else is touched.
  { code: '...', swap: true, error: true, swapOverride: 'none' },
];

/** Elements that ask by themselves report by themselves. */
const ASKS_BY_ITSELF = 'meet-live';

document.addEventListener('htmx:sendError', (event) => {
  if (!(event.target as Element).matches(ASKS_BY_ITSELF)) toast('error', t('console.unreachable'));
});

document.addEventListener('htmx:responseError', (event) => {
  const answer = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.responseText;
  const brought = answer.includes('hx-swap-oob');
  if (!brought && !(event.target as Element).matches(ASKS_BY_ITSELF))
    toast('error', t('console.failed'));
});

// What looks as it did stays as it is: no flicker, and nothing to announce.
document.addEventListener('htmx:oobBeforeSwap', (event) => {
  const swap = (
    event as CustomEvent<{ target: HTMLElement; fragment: DocumentFragment; shouldSwap: boolean }>
  ).detail;
  const fresh = swap.fragment.firstElementChild;
  const state = fresh instanceof HTMLElement ? fresh.dataset.state : undefined;
  if (state !== undefined && state === swap.target.dataset.state) swap.shouldSwap = false;
});
