import { useEffect, useState } from 'react';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { usePage } from '../page';
import { type Phase, phase } from './meeting-recording';
import { clockTime } from './server-clock';

interface Props {
  /** Absent: for those who only need to know. */
  onOpen?: (() => void) | undefined;
}

/** Says to everybody, at any time, that the meeting is being recorded. */
export function RecordingTag({ onOpen }: Props) {
  const now = phase(useStore(usePage().visit.recording));
  if (now === 'idle') return null;
  const words = <TagWords now={now} />;
  return onOpen ? (
    <button
      type="button"
      id="recording-tag"
      className={`recording-tag ${now}`}
      title={t('recording.tag.open')}
      onClick={onOpen}
    >
      {words}
    </button>
  ) : (
    <div id="recording-tag" className={`recording-tag ${now}`}>
      {words}
    </div>
  );
}

function TagWords({ now }: { now: Exclude<Phase, 'idle'> }) {
  return (
    <>
      <span className={now === 'starting' ? 'spinner' : 'recording-mark'} aria-hidden="true" />
      <span>{t(`recording.tag.${now}`)}</span>
      {now === 'recording' && <RecordingTime />}
    </>
  );
}

/** Since the recording began, for everybody the same. */
export function RecordingTime() {
  const { recording } = usePage().visit;
  const [seconds, setSeconds] = useState(() => recording.elapsed());
  useEffect(() => {
    const timer = setInterval(() => setSeconds(recording.elapsed()), 250);
    return () => clearInterval(timer);
  }, [recording]);
  return <span className="recording-time tabular">{clockTime(seconds)}</span>;
}
