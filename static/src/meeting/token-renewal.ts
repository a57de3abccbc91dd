import { type Membership, readMembership } from './membership';

const MARGIN_MS = 60_000;
const JITTER_MS = 15_000;
const RETRY_MS = 30_000;
const SOONEST_MS = 5_000;
/** Longer delays overflow the browser's timers and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Renews the member token before it expires. A failure never touches the running call. */
export class TokenRenewal {
  readonly #refresh: (token: string) => Promise<string>;
  readonly #onRenewed: (membership: Membership) => void;
  #membership: Membership;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    membership: Membership,
    refresh: (token: string) => Promise<string>,
    onRenewed: (membership: Membership) => void,
  ) {
    this.#membership = membership;
    this.#refresh = refresh;
    this.#onRenewed = onRenewed;
    this.#schedule(this.#untilDue());
  }

  /** A token that came some other way takes the place of the one that was to be renewed. */
  replace(membership: Membership): void {
    clearTimeout(this.#timer);
    this.#membership = membership;
    this.#onRenewed(membership);
    this.#schedule(this.#untilDue());
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The jitter spreads out people who joined at the same minute. */
  #untilDue(): number {
    const left = this.#membership.expiresAt - Date.now();
    return Math.max(SOONEST_MS, left - MARGIN_MS - Math.random() * JITTER_MS);
  }

  #schedule(delay: number): void {
    if (delay > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => void this.#renew(), delay);
  }

  async #renew(): Promise<void> {
    try {
      this.#membership = readMembership(await this.#refresh(this.#membership.token));
      this.#onRenewed(this.#membership);
      this.#schedule(this.#untilDue());
    } catch {
      // Expired for good: the call itself lives on LiveKit's own token.
      if (this.#membership.expiresAt > Date.now()) this.#schedule(RETRY_MS);
    }
  }
}
