import { plural, t } from '../i18n';
import { ask } from './dialogs';
import type { Live } from './live';
import {
  deleteEach,
  type Fate,
  fateOf,
  type Outcome,
  type Policy,
  questionsOf,
  type RoomName,
} from './room-api';
import { removeRows } from './rows';
import { type Level, toast, toastOnNextPage } from './toasts';

type Done = Extract<Outcome, { kind: 'done' }>;

const GOOD_NEWS = {
  deleted: 'console.done.deleted',
  closed: 'console.done.closed',
  scheduled: 'console.done.scheduled',
} as const satisfies Record<Fate, string>;

/** The two dialogs of a deletion. Its opener is every link with `data-delete-room`, which without script leads to a
 * page that asks the same. */
export class RoomDeletion extends HTMLElement {
  connectedCallback(): void {
    document.addEventListener('click', this.#clicked);
  }

  disconnectedCallback(): void {
    document.removeEventListener('click', this.#clicked);
  }

  async delete(rooms: RoomName[]): Promise<void> {
    if (!rooms.length || !(await this.#isConfirmed(rooms))) return;
    const outcomes = await deleteEach(rooms);
    const conflicts = outcomes.filter(({ kind }) => kind === 'conflict');
    const policy = conflicts.length ? await this.#chosenPolicy(conflicts) : undefined;
    const settled = outcomes.filter(({ kind }) => kind !== 'conflict');
    const again = conflicts.map(({ room }) => room);
    this.#show(policy ? [...settled, ...(await deleteEach(again, policy))] : settled);
  }

  #clicked = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>('[data-delete-room]');
    if (!link) return;
    event.preventDefault();
    // The menu closes under the dialog; its button is where the focus returns to.
    link.closest('meet-menu')?.querySelector<HTMLElement>('[popovertarget]')?.focus();
    this.delete([{ id: link.dataset.deleteRoom ?? '', name: link.dataset.rowName ?? '' }]);
  };

  async #isConfirmed(rooms: RoomName[]): Promise<boolean> {
    const name = rooms[0]?.name ?? '';
    const title =
      rooms.length === 1
        ? t('console.delete.one', { name })
        : plural('console.delete.many', rooms.length);
    return (await ask(this.#dialog('deletion', title))) === 'confirm';
  }

  async #chosenPolicy(conflicts: Outcome[]): Promise<Policy | undefined> {
    const name = conflicts[0]?.room.name ?? '';
    const title =
      conflicts.length === 1
        ? t('console.conflict.one', { name })
        : plural('console.conflict.many', conflicts.length);
    const dialog = this.#dialog('conflict', title);
    const questions = questionsOf(conflicts);
    this.#choices(dialog, 'with_meeting').hidden = !questions.meeting;
    this.#choices(dialog, 'with_recordings').hidden = !questions.recordings;
    if ((await ask(dialog)) !== 'confirm') return undefined;
    return {
      withMeeting: this.#choice(dialog, 'with_meeting'),
      withRecordings: this.#choice(dialog, 'with_recordings'),
    };
  }

  #dialog(name: 'deletion' | 'conflict', title: string): HTMLDialogElement {
    const dialog = this.querySelector<HTMLDialogElement>(`#${name}-dialog`);
    const heading = dialog?.querySelector('.sheet-title');
    if (!dialog || !heading) throw new Error(`no ${name} dialog`);
    heading.textContent = title;
    return dialog;
  }

  #choices(dialog: Element, policy: string): HTMLElement {
    const fieldset = dialog.querySelector<HTMLElement>(`[data-policy="${policy}"]`);
    if (!fieldset) throw new Error(`no choices for ${policy}`);
    return fieldset;
  }

  #choice(dialog: Element, policy: string): string {
    const radio = this.#choices(dialog, policy).querySelector<HTMLInputElement>('input:checked');
    return radio?.value ?? 'fail';
  }

  #show(outcomes: Outcome[]): void {
    const done = outcomes.filter((outcome) => outcome.kind === 'done');
    const gone = done.filter(({ code }) => fateOf(code) === 'deleted').map(({ room }) => room.id);
    const messages = this.#messages(outcomes);
    const stays = removeRows(gone.map((id) => `room-row-${id}`));
    for (const [level, text] of messages) (stays ? toast : toastOnNextPage)(level, text);
    if (!stays) location.assign(this.dataset.list ?? '');
    else if (done.length) document.querySelector<Live>('meet-live')?.refresh(true);
  }

  #messages(outcomes: Outcome[]): [Level, string][] {
    const done = outcomes.filter((outcome): outcome is Done => outcome.kind === 'done');
    const others = outcomes.filter(({ kind }) => kind !== 'done');
    return [...this.#goodNews(done), ...this.#badNews(others)];
  }

  #goodNews(done: Done[]): [Level, string][] {
    const [only] = done;
    if (done.length === 1 && only) return [['success', this.#sentence(only)]];
    return Object.entries(GOOD_NEWS).flatMap(([fate, words]): [Level, string][] => {
      const count = done.filter(({ code }) => fateOf(code) === fate).length;
      return count ? [['success', plural(words, count)]] : [];
    });
  }

  #sentence({ code, room }: Done): string {
    const texts = JSON.parse(this.querySelector('script')?.textContent ?? '{}');
    return String(texts[code] ?? '').replace('%(name)s', () => room.name);
  }

  #badNews(others: Outcome[]): [Level, string][] {
    const [only] = others;
    if (others.length === 1 && only)
      return [['error', t('console.failed.one', { name: only.room.name })]];
    return others.length ? [['error', plural('console.failed.many', others.length)]] : [];
  }
}
