import { useEffect, useState } from 'react';
import { type MessageKey, t } from '../../i18n';
import type { Quality } from '../../tiles/people';

const SHOWN_MS = 3_000;

const WORDS: Record<Exclude<Quality, 'unknown'>, MessageKey> = {
  excellent: 'quality.excellent',
  good: 'quality.good',
  poor: 'quality.poor',
  lost: 'quality.lost',
};
const BARS = { excellent: 3, good: 2, poor: 1, lost: 0 };

/** Good news passes after three seconds; bad news stays. */
export function QualityBadge({ quality }: { quality: Quality }) {
  const isGood = quality === 'excellent' || quality === 'good';
  const [isFresh, setFresh] = useState(true);
  useEffect(() => {
    setFresh(true);
    const timer = setTimeout(() => setFresh(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isGood]);
  if (quality === 'unknown' || (isGood && !isFresh)) return null;
  return (
    <div
      id="connection-quality-badge"
      className={`quality ${quality}`}
      role="img"
      aria-label={t(WORDS[quality])}
    >
      {[1, 2, 3].map((bar) => (
        <span key={bar} className={bar <= BARS[quality] ? 'is-lit' : ''} />
      ))}
      {!isGood && <span className="quality-word">{t(WORDS[quality])}</span>}
    </div>
  );
}
