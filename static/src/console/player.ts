const STEP = 5;
const LOUDER = 0.1;

type Failure = 'network' | 'format' | 'gone';

/** The browser's own player with more to press: faster and slower, ten seconds either way, keys for all of it, and what
 * to do when it fails. */
export class Player extends HTMLElement {
  connectedCallback(): void {
    this.#part('.player-tools').hidden = false;
    this.addEventListener('click', this.#clicked);
    this.#speed.addEventListener('change', () => {
      this.#video.playbackRate = Number(this.#speed.value);
    });
    this.#video.addEventListener('error', () => void this.#failed());
    this.#video.addEventListener('volumechange', () => this.#showSound());
    document.addEventListener('keydown', this.#keyed, { capture: true });
    // It may have failed before this script was there.
    if (this.#video.error) void this.#failed();
    else if (this.hasAttribute('data-at-once')) void this.#start();
  }

  disconnectedCallback(): void {
    document.removeEventListener('keydown', this.#keyed, { capture: true });
  }

  get #video(): HTMLVideoElement {
    return this.#part('video');
  }

  get #speed(): HTMLSelectElement {
    return this.#part('[data-speed]');
  }

  /** Browsers let a page speak up only after somebody has touched it; pictures alone they allow. */
  async #start(): Promise<void> {
    const video = this.#video;
    try {
      await video.play();
    } catch (error) {
      if ((error as DOMException).name !== 'NotAllowedError') return;
      video.muted = true;
      this.#part('[data-unmute]').hidden = false;
      await video.play().catch(() => undefined);
    }
  }

  #clicked = (event: MouseEvent): void => {
    const button = (event.target as Element).closest('button');
    if (!button) return;
    if (button.dataset.seek) this.#seek(Number(button.dataset.seek));
    if (button.matches('[data-unmute]')) this.#video.muted = false;
    if (button.matches('[data-again]')) this.#again();
  };

  #keyed = (event: KeyboardEvent): void => {
    const action = this.#actions[event.key.toLowerCase()];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || !this.#isMeant(event)) return;
    event.preventDefault();
    // The browser's own keys on the video would act a second time.
    event.stopPropagation();
    action();
  };

  readonly #actions: Record<string, () => void> = {
    ' ': () => this.#toggle(),
    arrowleft: () => this.#seek(-STEP),
    arrowright: () => this.#seek(STEP),
    arrowup: () => this.#turn(LOUDER),
    arrowdown: () => this.#turn(-LOUDER),
    m: () => {
      this.#video.muted = !this.#video.muted;
    },
    f: () => this.#toggleFullScreen(),
  };

  /** With the focus on the player, or on nothing; keys of other controls are theirs. */
  #isMeant(event: KeyboardEvent): boolean {
    const target = event.target as Element;
    if (document.querySelector('dialog[open], :popover-open')) return false;
    if (target === document.body || target.id === 'main') return true;
    return target === this.#video;
  }

  #toggle(): void {
    if (this.#video.paused) void this.#video.play();
    else this.#video.pause();
  }

  #seek(seconds: number): void {
    const video = this.#video;
    const end = Number.isFinite(video.duration) ? video.duration : Number.POSITIVE_INFINITY;
    video.currentTime = Math.min(Math.max(video.currentTime + seconds, 0), end);
  }

  #turn(step: number): void {
    const video = this.#video;
    video.volume = Math.min(Math.max(video.volume + step, 0), 1);
    if (step > 0) video.muted = false;
  }

  #toggleFullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.#video.requestFullscreen();
  }

  #showSound(): void {
    if (!this.#video.muted) this.#part('[data-unmute]').hidden = true;
  }

  async #failed(): Promise<void> {
    const failure = await this.#why();
    for (const words of this.querySelectorAll<HTMLElement>('[data-failure]'))
      words.hidden = words.dataset.failure !== failure;
    this.toggleAttribute('data-failed', true);
    this.#part('.player-failure').hidden = false;
  }

  /** The browser does not tell a file that it cannot read from one that it was not given: that we ask ourselves. */
  async #why(): Promise<Failure> {
    if (this.#video.error?.code === MediaError.MEDIA_ERR_NETWORK) return 'network';
    try {
      const answer = await fetch(this.#video.src, { headers: { Range: 'bytes=0-0' } });
      return answer.ok ? 'format' : 'gone';
    } catch {
      return 'network';
    }
  }

  #again(): void {
    const at = this.#video.currentTime;
    const isGone = this.querySelector<HTMLElement>('[data-failure="gone"]')?.hidden === false;
    if (isGone) {
      location.reload();
      return;
    }
    this.#part('.player-failure').hidden = true;
    this.toggleAttribute('data-failed', false);
    this.#video.load();
    this.#video.currentTime = at;
    void this.#video.play().catch(() => undefined);
  }

  #part<Kind extends HTMLElement>(selector: string): Kind {
    const part = this.querySelector<Kind>(selector);
    if (!part) throw new Error(`a player without ${selector}`);
    return part;
  }
}
