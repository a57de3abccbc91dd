import { fitRatio, placeGrid, type Ratio, type Rect, type Size } from './grid';

/** What the arrangement needs to know of a tile. */
export interface Shape {
  key: string;
  isLocalCamera: boolean;
}

export interface Arrangement {
  places: Map<string, Rect>;
  bigKey: string | null;
  floatingKey: string | null;
}

const GAP = 8;
const STRIP_SHARE = 0.2;
const STRIP_MIN = 120;
const STRIP_RATIO: Ratio = { min: 4 / 3, max: 16 / 9 };

/**
 * Where every tile goes: a big tile with a strip, or a grid; with exactly one other tile the local
 * camera floats over it, so that the other person has the whole picture.
 */
export function arrange(box: Size, tiles: Shape[], bigKey: string | null): Arrangement {
  const keys = tiles.map(({ key }) => key);
  if (bigKey !== null && keys.includes(bigKey)) return arrangeAround(box, keys, bigKey);
  const local = tiles.find(({ isLocalCamera }) => isLocalCamera);
  const floatingKey = local && tiles.length === 2 ? local.key : null;
  const inGrid = keys.filter((key) => key !== floatingKey);
  const rects = placeGrid(
    { x: 0, y: 0, ...box },
    inGrid.length,
    GAP,
    gridRatio(box, inGrid.length),
  );
  const places = zip(inGrid, rects);
  if (floatingKey) places.set(floatingKey, floatingPlace(box));
  return { places, bigKey: null, floatingKey };
}

function arrangeAround(box: Size, keys: string[], bigKey: string): Arrangement {
  const others = keys.filter((key) => key !== bigKey);
  const [big, strip] = split(box, others.length);
  const places = zip(others, placeGrid(strip, others.length, GAP, STRIP_RATIO));
  places.set(bigKey, big);
  return { places, bigKey, floatingKey: null };
}

/** The big part takes about four fifths of the longer side and never less than half. */
function split(box: Size, others: number): [Rect, Rect] {
  const whole = { x: 0, y: 0, ...box };
  if (others === 0) return [whole, { ...whole, width: 0, height: 0 }];
  const isWide = box.width >= box.height;
  const long = isWide ? box.width : box.height;
  const strip = Math.min(long / 2, Math.max(STRIP_MIN, long * STRIP_SHARE));
  const big = long - strip - GAP;
  return isWide
    ? [
        { ...whole, width: big },
        { ...whole, x: big + GAP, width: strip },
      ]
    : [
        { ...whole, height: big },
        { ...whole, y: big + GAP, height: strip },
      ];
}

/** Phones held upright get near-square tiles; a single one fills the screen anywhere. */
function gridRatio(box: Size, count: number): Ratio {
  if (count <= 1) return { min: 9 / 20, max: 16 / 9 };
  return box.width < box.height && box.width < 600
    ? { min: 3 / 4, max: 4 / 3 }
    : { min: 9 / 16, max: 16 / 9 };
}

function floatingPlace(box: Size): Rect {
  const isUpright = box.width < box.height;
  const width = Math.min(280, Math.max(96, box.width * (isUpright ? 0.28 : 0.2)));
  const ratio = isUpright ? 3 / 4 : 16 / 9;
  const size = fitRatio({ width, height: box.height / 2 }, { min: ratio, max: ratio });
  return { x: box.width - size.width - GAP, y: box.height - size.height - GAP, ...size };
}

function zip(keys: string[], rects: Rect[]): Map<string, Rect> {
  return new Map(
    keys.flatMap((key, index) => {
      const rect = rects[index];
      return rect ? [[key, rect] as const] : [];
    }),
  );
}
