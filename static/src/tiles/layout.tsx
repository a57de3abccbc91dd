import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'react';
import { t } from '../i18n';
import { arrange } from './arrange';
import type { Size } from './grid';
import { TileView } from './tile';
import type { Tile } from './tiles';

interface Props {
  tiles: Tile[];
  bigKey: string | null;
  onFirstRemoteFrame: () => void;
  /** What else is drawn on a tile. */
  decorate?: (tile: Tile) => ComponentChildren;
}

/** The tiles, each at its computed place. */
export function TileLayout({ tiles, bigKey, onFirstRemoteFrame, decorate }: Props) {
  const frame = useRef<HTMLUListElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const { places, bigKey: shownBig, floatingKey } = arrange(size, tiles, bigKey);
  return (
    <div id="layout-container">
      <ul id="layout" ref={frame} aria-label={t('stage.people')}>
        {tiles.map((tile) => {
          const place = places.get(tile.key);
          return (
            place && (
              <TileView
                key={tile.key}
                tile={tile}
                place={place}
                isBig={tile.key === shownBig}
                isFloating={tile.key === floatingKey}
                onFirstRemoteFrame={onFirstRemoteFrame}
              >
                {decorate?.(tile)}
              </TileView>
            )
          );
        })}
      </ul>
    </div>
  );
}
