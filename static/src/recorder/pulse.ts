const INTERVAL_MS = 200;
const LONGEST_REST_MS = 400;

/**
 * A page on which nothing changes gives the recorder no pictures at all, and then no file: two pixels in the corner
 * change their colour five times a second. Half as often while somebody's picture moves: each change of theirs costs the
 * film one of the meeting's. Never less: a video may well play where nobody sees it, and each picture costs time.
 */
export function startPulse(element: HTMLElement | null): void {
  let before = picturesShown();
  let rest = 0;
  setInterval(() => {
    const now = picturesShown();
    rest += INTERVAL_MS;
    if (now === before || rest >= LONGEST_REST_MS) {
      element?.classList.toggle('is-on');
      rest = 0;
    }
    before = now;
  }, INTERVAL_MS);
}

function picturesShown(): number {
  let sum = 0;
  for (const video of document.querySelectorAll('video'))
    sum += video.getVideoPlaybackQuality().totalVideoFrames;
  return sum;
}
