export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export interface Ratio {
  /** Width divided by height. */
  min: number;
  max: number;
}

export interface Grid {
  columns: number;
  rows: number;
  tile: Size;
}

const NOTHING: Grid = { columns: 0, rows: 0, tile: { width: 0, height: 0 } };

/** Tries every column count and keeps the one whose tiles are largest. */
export function bestGrid(box: Size, count: number, gap: number, ratio: Ratio): Grid {
  let best = NOTHING;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = fitRatio(
      {
        width: (box.width - gap * (columns - 1)) / columns,
        height: (box.height - gap * (rows - 1)) / rows,
      },
      ratio,
    );
    if (area(tile) > area(best.tile)) best = { columns, rows, tile };
  }
  return best;
}

/** The grid's tiles, rows centred in the box, a shorter last row centred too. */
export function placeGrid(box: Rect, count: number, gap: number, ratio: Ratio): Rect[] {
  const { columns, rows, tile } = bestGrid(box, count, gap, ratio);
  if (columns === 0) return Array.from({ length: count }, () => ({ ...box, width: 0, height: 0 }));
  const top = box.y + (box.height - span(rows, tile.height, gap)) / 2;
  return Array.from({ length: count }, (_unused, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = box.x + (box.width - span(inRow, tile.width, gap)) / 2;
    return {
      x: left + (index % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}

function span(count: number, size: number, gap: number): number {
  return count * size + (count - 1) * gap;
}

/** The largest size inside `room` whose shape stays within the limits. */
export function fitRatio(room: Size, { min, max }: Ratio): Size {
  const width = Math.max(0, room.width);
  const height = Math.max(0, room.height);
  if (width > height * max) return { width: height * max, height };
  if (width < height * min) return { width, height: width / min };
  return { width, height };
}

function area({ width, height }: Size): number {
  return width * height;
}
