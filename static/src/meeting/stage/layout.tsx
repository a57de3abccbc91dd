import { useLayoutEffect, useRef, useState } from 'react';
import { t } from '../../i18n';
import { arrange } from '../layout/arrange';
import type { Size } from '../layout/grid';
import type { Person } from '../people';
import { TileView } from './tile';
import { latestShare, tilesOf } from './tiles';

/** The tiles, each at its computed place. */
export function Layout({ people }: { people: Person[] }) {
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

  const tiles = tilesOf(people);
  const { places, bigKey, floatingKey } = arrange(size, tiles, latestShare(people));
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
                isBig={tile.key === bigKey}
                isFloating={tile.key === floatingKey}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}
