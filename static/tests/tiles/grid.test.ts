import { describe, expect, it } from 'vitest';
import { bestGrid, fitRatio, placeGrid, type Rect } from '../../src/tiles/grid';

const WIDE = { min: 9 / 16, max: 16 / 9 };
const DESKTOP = { width: 1280, height: 720 };
const PHONE = { width: 360, height: 640 };

describe('bestGrid', () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 2],
    [5, 3],
    [9, 3],
    [16, 4],
  ])('lays %i tiles out in %i columns on a desktop', (count, columns) => {
    expect(bestGrid(DESKTOP, count, 8, WIDE).columns).toBe(columns);
  });

  it('stacks two near-square tiles on a phone held upright', () => {
    expect(bestGrid(PHONE, 2, 8, { min: 3 / 4, max: 4 / 3 })).toMatchObject({
      columns: 1,
      rows: 2,
    });
  });

  it('keeps the largest tiles of all column counts', () => {
    for (let count = 1; count <= 30; count += 1) {
      const best = bestGrid(DESKTOP, count, 8, WIDE).tile;
      for (let columns = 1; columns <= count; columns += 1) {
        const rows = Math.ceil(count / columns);
        const cell = fitRatio(
          {
            width: (DESKTOP.width - 8 * (columns - 1)) / columns,
            height: (DESKTOP.height - 8 * (rows - 1)) / rows,
          },
          WIDE,
        );
        expect(best.width * best.height).toBeGreaterThanOrEqual(cell.width * cell.height - 1e-6);
      }
    }
  });

  it('has nothing to lay out without tiles or without room', () => {
    expect(bestGrid(DESKTOP, 0, 8, WIDE).columns).toBe(0);
    expect(bestGrid({ width: 0, height: 0 }, 3, 8, WIDE).columns).toBe(0);
  });
});

describe('placeGrid', () => {
  const places = (count: number, box: Rect = { x: 0, y: 0, ...DESKTOP }) =>
    placeGrid(box, count, 8, WIDE);

  it('keeps every tile inside the box and apart from the others', () => {
    for (let count = 1; count <= 30; count += 1) {
      const rects = places(count);
      expect(rects).toHaveLength(count);
      rects.forEach((rect, index) => {
        expect(rect.x).toBeGreaterThanOrEqual(-1e-6);
        expect(rect.y).toBeGreaterThanOrEqual(-1e-6);
        expect(rect.x + rect.width).toBeLessThanOrEqual(DESKTOP.width + 1e-6);
        expect(rect.y + rect.height).toBeLessThanOrEqual(DESKTOP.height + 1e-6);
        for (const other of rects.slice(index + 1)) expect(overlap(rect, other)).toBe(false);
      });
    }
  });

  it('centres a last row that is not full', () => {
    const [first, , , fourth, fifth] = places(5);
    const middle = ((fourth?.x ?? 0) + (fifth?.x ?? 0) + (fifth?.width ?? 0)) / 2;
    expect(middle).toBeCloseTo(DESKTOP.width / 2);
    expect(fourth?.x).toBeGreaterThan(first?.x ?? 0);
  });

  it('gives tiles no size while the box has none', () => {
    expect(places(2, { x: 0, y: 0, width: 0, height: 0 })).toEqual([
      { x: 0, y: 0, width: 0, height: 0 },
      { x: 0, y: 0, width: 0, height: 0 },
    ]);
  });
});

describe('fitRatio', () => {
  it('narrows what is too wide and shortens what is too tall', () => {
    expect(fitRatio({ width: 1000, height: 100 }, WIDE).width).toBeCloseTo(177.8, 1);
    expect(fitRatio({ width: 90, height: 1000 }, WIDE).height).toBeCloseTo(160);
  });
});

function overlap(a: Rect, b: Rect): boolean {
  return (
    a.x < b.x + b.width - 1e-6 &&
    b.x < a.x + a.width - 1e-6 &&
    a.y < b.y + b.height - 1e-6 &&
    b.y < a.y + a.height - 1e-6
  );
}
