import { t } from '../i18n';
import {
  bestContrast,
  isColour,
  opaque,
  READABLE,
  readableNeighbour,
  readableOn,
} from './contrast';

type Base = 'light' | 'dark';

/** The five colours: a picker beside each text, the contrast of text on it, and the previews in what was chosen. */
export class ThemeEditor extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector('form');
    if (!form) return;
    this.addEventListener('input', this.#typed);
    this.addEventListener('click', this.#clicked);
    form.addEventListener('reset', () => setTimeout(this.#show));
    for (const field of this.#fields) field.picker.hidden = false;
    this.#show();
  }

  get #fields(): ColourField[] {
    return [...this.querySelectorAll<HTMLElement>('.colour-field')].map(
      (element) => new ColourField(element),
    );
  }

  get #base(): Base {
    const chosen = this.querySelector<HTMLInputElement>('input[name="base_theme"]:checked');
    return chosen?.value === 'dark' ? 'dark' : 'light';
  }

  get #isOn(): boolean {
    return this.querySelector<HTMLInputElement>('input[name="enabled"]')?.checked ?? false;
  }

  #typed = (event: Event): void => {
    const picked = this.#fields.find(({ picker }) => picker === event.target);
    if (picked) picked.text.value = picked.picker.value;
    this.#show();
  };

  #clicked = (event: MouseEvent): void => {
    const fixed = this.#fields.find(
      ({ fix }) => fix === (event.target as Element).closest('button'),
    );
    if (!fixed) return;
    fixed.text.value = fixed.fix.value;
    fixed.text.focus();
    // Whoever watches the form learns of it as of any other change.
    fixed.text.dispatchEvent(new Event('input', { bubbles: true }));
  };

  #show = (): void => {
    const base = this.#base;
    for (const field of this.#fields) field.show(base, this.#backdrop(base));
    for (const preview of this.querySelectorAll<HTMLElement>('.preview')) this.#paint(preview);
  };

  #paint(preview: HTMLElement): void {
    const base: Base = preview.dataset.base === 'dark' ? 'dark' : 'light';
    const picture = preview.querySelector<HTMLElement>('.mini');
    for (const field of this.#fields) {
      const colour = field.colour(base);
      const text = readableOn(colour, this.#backdrop(base));
      picture?.style.setProperty(`--ov-${field.variable}`, colour);
      picture?.style.setProperty(`--ov-on-${field.variable}`, text);
    }
    const chosen = preview.querySelector<HTMLElement>('.preview-chosen');
    if (chosen) chosen.hidden = !this.#isOn || base !== this.#base;
  }

  /** What lies behind a translucent colour: the stage as delivered. */
  #backdrop(base: Base): string {
    return this.#fields[0]?.delivered(base) ?? '#ffffff';
  }
}

/** One colour: its text is what is saved; picker, badge and suggestion follow it. */
class ColourField {
  readonly #element: HTMLElement;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  get variable(): string {
    return this.#element.dataset.variable ?? '';
  }

  get text(): HTMLInputElement {
    return this.#child('input[type="text"]');
  }

  get picker(): HTMLInputElement {
    return this.#child('input[type="color"]');
  }

  get fix(): HTMLButtonElement {
    return this.#child('.contrast-fix');
  }

  delivered(base: Base): string {
    return this.#element.dataset[base] ?? '#ffffff';
  }

  /** What it will be: as delivered while nothing, or nothing sensible, is typed. */
  colour(base: Base): string {
    const typed = this.text.value.trim();
    return isColour(typed) ? typed : this.delivered(base);
  }

  show(base: Base, backdrop: string): void {
    const colour = this.colour(base);
    const ratio = bestContrast(colour, backdrop);
    const isLow = ratio < READABLE;
    this.text.placeholder = this.delivered(base);
    this.picker.value = opaque(colour, backdrop);
    const badge = this.#child<HTMLElement>('.contrast');
    badge.textContent = `${ratio.toFixed(1)} : 1`;
    badge.title = t(isLow ? 'console.contrast.low' : 'console.contrast.good');
    badge.toggleAttribute('data-low', isLow);
    this.fix.hidden = !isLow;
    if (!isLow) return;
    this.fix.value = readableNeighbour(colour, backdrop);
    this.fix.textContent = t('console.contrast.use', { colour: this.fix.value });
  }

  #child<Kind extends Element>(selector: string): Kind {
    const child = this.#element.querySelector<Kind>(selector);
    if (!child) throw new Error(`a colour field without ${selector}`);
    return child;
  }
}
