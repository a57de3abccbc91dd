import { describe, expect, it } from 'vitest';
import { arrange, type Shape } from '../../src/tiles/arrange';

const BOX = { width: 1280, height: 720 };
const me: Shape = { key: 'camera:me', isLocalCamera: true };
const remote = (name: string): Shape => ({ key: `camera:${name}`, isLocalCamera: false });
const screen: Shape = { key: 'screen:1', isLocalCamera: false };

describe('arrange', () => {
  it('gives someone alone the whole stage', () => {
    const { places, floatingKey } = arrange(BOX, [me], null);
    expect(floatingKey).toBeNull();
    expect(places.get('camera:me')).toMatchObject({ width: 1280, height: 720 });
  });

  it('floats the local camera over the only other person, bottom right', () => {
    const { places, floatingKey } = arrange(BOX, [me, remote('bo')], null);
    const mine = places.get('camera:me');
    expect(floatingKey).toBe('camera:me');
    expect(places.get('camera:bo')).toMatchObject({ width: 1280, height: 720 });
    expect((mine?.x ?? 0) + (mine?.width ?? 0)).toBe(1272);
    expect((mine?.y ?? 0) + (mine?.height ?? 0)).toBe(712);
  });

  it('docks the local camera again from the third person on', () => {
    const { floatingKey, places } = arrange(BOX, [me, remote('bo'), remote('eva')], null);
    expect(floatingKey).toBeNull();
    expect(places.size).toBe(3);
  });

  it('gives a shared screen about four fifths and never less than half', () => {
    const tiles = [me, screen, remote('bo')];
    const wide = arrange(BOX, tiles, 'screen:1').places.get('screen:1');
    expect((wide?.width ?? 0) / BOX.width).toBeGreaterThan(0.78);
    const tiny = arrange({ width: 200, height: 180 }, tiles, 'screen:1').places.get('screen:1');
    expect(tiny?.width).toBeGreaterThanOrEqual(200 / 2 - 8);
    expect(arrange(BOX, tiles, 'screen:1')).toMatchObject({
      bigKey: 'screen:1',
      floatingKey: null,
    });
  });

  it('puts the strip below on a phone held upright', () => {
    const { places } = arrange({ width: 360, height: 640 }, [me, screen], 'screen:1');
    expect(places.get('camera:me')?.y).toBeGreaterThan(places.get('screen:1')?.height ?? 0);
  });

  it('forgets a big tile that is gone', () => {
    expect(arrange(BOX, [me, remote('bo')], 'screen:gone').bigKey).toBeNull();
  });
});
