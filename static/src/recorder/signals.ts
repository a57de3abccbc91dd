/** LiveKit Egress' protocol: two words on the console, each at most once. */
export class Signals {
  readonly #said = new Set<string>();

  start(): void {
    this.#say('START_RECORDING');
  }

  /** `endedAt`, in milliseconds since the epoch: our own recorder dates the end by it, and says whether the meeting was
   * over or only lost. */
  end(endedAt: number, isLost: boolean): void {
    this.#say('END_RECORDING', endedAt, ...(isLost ? ['CONNECTION_LOST'] : []));
  }

  #say(word: string, ...more: (number | string)[]): void {
    if (this.#said.has(word)) return;
    this.#said.add(word);
    // biome-ignore lint/suspicious/noConsole: whoever records reads the console
    console.log(word, ...more);
  }
}
