import { TileLayout } from '../../tiles/layout';
import type { Person } from '../../tiles/people';
import { latestShare, type Tile, tilesOf } from '../../tiles/tiles';
import { QualityBadge } from './quality-badge';

export function Layout({ people }: { people: Person[] }) {
  return (
    <TileLayout
      tiles={tilesOf(people)}
      bigKey={latestShare(people)}
      onFirstRemoteFrame={markArrival}
      decorate={qualityOf}
    />
  );
}

function qualityOf({ source, person }: Tile) {
  return source === 'camera' && <QualityBadge quality={person.quality} />;
}

/** The first remote picture ends the measured way in. */
function markArrival(): void {
  const name = 'meet:first-remote-frame';
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}
