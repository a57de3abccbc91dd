/**
 * A page on which nothing changes gives the recorder no pictures at all, and then no file: two
 * pixels in the corner change their colour five times a second.
 */
export function startPulse(element: HTMLElement | null): void {
  setInterval(() => element?.classList.toggle('is-on'), 200);
}
