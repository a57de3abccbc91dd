import type { JSX } from 'preact';

/** Tag names automation looks for; to the browser they are unknown elements, which is legal. */
type UnknownElement = JSX.HTMLAttributes<HTMLElement>;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'ov-meeting-media-setup': UnknownElement;
      'ov-video-devices-select': UnknownElement;
      'ov-audio-devices-select': UnknownElement;
      'ov-participants-panel': UnknownElement;
      'mat-expansion-panel-header': UnknownElement;
    }
  }
}
