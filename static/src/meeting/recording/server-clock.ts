/**
 * The server's time, whatever clock and time zone the device is set to. Every message is late by the
 * way it took, so the one that puts the server furthest ahead is the best.
 */
export class ServerClock {
  readonly #monotonic: () => number;
  #ahead: number | null = null;

  /** Not the clock of the device: somebody may set that right in the middle of a meeting. */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  learn(serverTime: number): void {
    const ahead = serverTime - this.#monotonic();
    this.#ahead = Math.max(ahead, this.#ahead ?? ahead);
  }

  now(): number {
    return this.#ahead === null ? Date.now() : this.#monotonic() + this.#ahead;
  }
}

/** As h:mm:ss. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (part: number) => String(part).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
