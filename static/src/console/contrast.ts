/** The same rules as meet/appearance/css.py: what it says is what people will see. */

const DARK_TEXT = '#212529';
const LIGHT_TEXT = '#ffffff';
const HEX = /^#([0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** WCAG 2.2 AA for text. */
export const READABLE = 4.5;

type Rgb = [number, number, number];

export function isColour(text: string): boolean {
  return HEX.test(text);
}

/** Dark or light text, whichever contrasts more; a translucent colour is judged over `backdrop`. */
export function readableOn(colour: string, backdrop: string): string {
  const ground = over(colour, backdrop);
  const dark = contrast(over(DARK_TEXT, backdrop), ground);
  const light = contrast(over(LIGHT_TEXT, backdrop), ground);
  return light > dark ? LIGHT_TEXT : DARK_TEXT;
}

/** How well the better of both texts reads on `colour`: 1 to 21. */
export function bestContrast(colour: string, backdrop: string): number {
  return contrast(over(readableOn(colour, backdrop), backdrop), over(colour, backdrop));
}

/** The nearest colour, darker or lighter, on which text reads well. */
export function readableNeighbour(colour: string, backdrop: string): string {
  const ground = over(colour, backdrop);
  for (let step = 1; step <= 100; step += 1) {
    for (const end of [0, 1]) {
      const candidate = hex(ground.map((part) => part + (end - part) * (step / 100)) as Rgb);
      if (bestContrast(candidate, backdrop) >= READABLE) return candidate;
    }
  }
  return hex(ground);
}

/** Six digits, as a colour picker wants them; what is translucent is laid over `backdrop`. */
export function opaque(colour: string, backdrop: string): string {
  return hex(over(colour, backdrop));
}

function contrast(first: Rgb, second: Rgb): number {
  const [one, other] = [luminance(first), luminance(second)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  ) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function over(colour: string, backdrop: string): Rgb {
  const [red, green, blue, alpha] = parts(colour);
  const behind = parts(backdrop);
  return [
    red * alpha + behind[0] * (1 - alpha),
    green * alpha + behind[1] * (1 - alpha),
    blue * alpha + behind[2] * (1 - alpha),
  ];
}

function parts(colour: string): [number, number, number, number] {
  const short = colour.slice(1);
  const digits = short.length <= 4 ? short.replaceAll(/./g, '$&$&') : short;
  const value = (at: number) => Number.parseInt(digits.padEnd(8, 'f').slice(at, at + 2), 16) / 255;
  return [value(0), value(2), value(4), value(6)];
}

function hex(colour: Rgb): string {
  const digits = colour.map((part) =>
    Math.round(part * 255)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${digits.join('')}`;
}
