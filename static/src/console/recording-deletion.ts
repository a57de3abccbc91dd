import { plural, t } from '../i18n';
import { ask } from './dialogs';
import type { Live } from './live';
import { deleteRecordings, isGone, type Outcome } from './recording-api';
import { removeRows } from './rows';
import type { Chosen } from './selection';
import { type Level, toast, toastOnNextPage } from './toasts';
import { go, post } from './visit';

/** The question before recordings are deleted. Its opener is every link with `data-delete-recording`, which without
 * script leads to a page that asks the same; on public pages `data-by-post` is where they are deleted. */
export class RecordingDeletion extends HTMLElement {
  connectedCallback(): void {
    document.addEventListener('click', this.#clicked);
  }

  disconnectedCallback(): void {
    document.removeEventListener('click', this.#clicked);
  }

  async delete(recordings: Chosen[], address?: string): Promise<void> {
    if (!recordings.length || !(await this.#isConfirmed(recordings))) return;
    const outcome = address
      ? await deletedByPost(recordings, address)
      : await deleteRecordings(recordings);
    const stays = removeRows(outcome.deleted.map(({ id }) => `recording-row-${id}`));
    for (const [level, text] of messages(outcome)) (stays ? toast : toastOnNextPage)(level, text);
    if (!stays) go(this.dataset.list ?? '');
    else if (outcome.deleted.length) document.querySelector<Live>('meet-live')?.refresh(true);
  }

  #clicked = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>('[data-delete-recording]');
    if (!link) return;
    event.preventDefault();
    // The menu closes under the dialog; its button is where the focus returns to.
    link.closest('meet-menu')?.querySelector<HTMLElement>('[popovertarget]')?.focus();
    const { deleteRecording = '', rowName = '', byPost } = link.dataset;
    this.delete([{ id: deleteRecording, name: rowName }], byPost);
  };

  async #isConfirmed(recordings: Chosen[]): Promise<boolean> {
    const dialog = this.querySelector('dialog');
    const heading = dialog?.querySelector('.sheet-title');
    if (!dialog || !heading) throw new Error('no dialog to ask in');
    const name = recordings[0]?.name ?? '';
    heading.textContent =
      recordings.length === 1
        ? t('console.recordings.delete.one', { name })
        : plural('console.recordings.delete.many', recordings.length);
    return (await ask(dialog)) === 'confirm';
  }
}

async function deletedByPost(recordings: Chosen[], address: string): Promise<Outcome> {
  const answer = await post(address).catch(() => null);
  const isDone = answer !== null && isGone(answer.status);
  return isDone ? { deleted: recordings, failed: [] } : { deleted: [], failed: recordings };
}

function messages({ deleted, failed }: Outcome): [Level, string][] {
  const found: [Level, string][] = [];
  if (deleted.length) found.push(['success', plural('console.recordings.deleted', deleted.length)]);
  const [only] = failed;
  if (failed.length === 1 && only)
    found.push(['error', t('console.recordings.failed.one', { name: only.name })]);
  else if (failed.length)
    found.push(['error', plural('console.recordings.failed.many', failed.length)]);
  return found;
}
