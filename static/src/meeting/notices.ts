import { Store } from '../store';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'trouble';
}

interface NoticeState {
  toasts: Toast[];
  /** For ears only: read out politely, shown to nobody. */
  spoken: string;
}

const AT_ONCE = 2;
const SHOWN_MS = 5_000;

export class Notices extends Store<NoticeState> {
  #count = 0;

  constructor() {
    super({ toasts: [], spoken: '' });
  }

  say(text: string): void {
    // The same words twice in a row would not be read out again.
    const spoken = text === this.state.spoken ? `${text}\u00a0` : text;
    this.update({ spoken });
  }

  show(text: string, tone: Toast['tone'] = 'plain'): void {
    this.#count += 1;
    const id = this.#count;
    this.update({ toasts: [...this.state.toasts, { id, text, tone }].slice(-AT_ONCE) });
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.update({ toasts: this.state.toasts.filter((toast) => toast.id !== id) });
  }
}
