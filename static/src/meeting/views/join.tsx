import { useLayoutEffect, useRef, useState } from 'react';
import { type MessageKey, t } from '../../i18n';
import { useStore } from '../../store';
import { Avatar, hueOf } from '../../tiles/avatar';
import { ClockIcon, LockIcon, OfflineIcon, RecordingsIcon } from '../icons';
import { usePage } from '../page';
import { RecordingsLink, useListedRecordings } from '../recording/recordings-link';
import type { Barrier } from '../visit';
import { Frame } from './frame';

export function JoinView() {
  const { visit } = usePage();
  const { room, barrier, name } = useStore(visit);
  const [typed, setTyped] = useState(name);
  return (
    <Frame showsBack>
      <div className="door">
        <div className="door-picture">
          <div className="preview" style={{ '--hue': hueOf(typed.trim()) }}>
            <Avatar name={typed.trim()} />
            {typed.trim() && <span className="name-tag">{typed}</span>}
          </div>
        </div>
        <div className="door-form">
          <div>
            {!barrier && <p className="overline">{t('join.overline')}</p>}
            <h1>{room?.roomName ?? t('join.unknownRoom')}</h1>
          </div>
          {barrier ? (
            <BarrierNotice barrier={barrier} />
          ) : (
            <NameForm typed={typed} onType={setTyped} />
          )}
          <RecordingsCard />
        </div>
      </div>
    </Frame>
  );
}

function RecordingsCard() {
  if (!useListedRecordings()) return null;
  return (
    <RecordingsLink className="recordings-card">
      <RecordingsIcon size={24} aria-hidden="true" />
      <span>
        <strong>{t('recordings.card')}</strong>
        <span className="help">{t('recordings.view')}</span>
      </span>
    </RecordingsLink>
  );
}

interface NameFormProps {
  typed: string;
  onType(name: string): void;
}

function NameForm({ typed, onType }: NameFormProps) {
  const { visit } = usePage();
  const { isNameLocked } = useStore(visit);
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  useLayoutEffect(() => {
    // On a touch screen the focus would bring up the keyboard and hide the page.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, []);

  const onSubmit = (event: Event) => {
    event.preventDefault();
    setMissing(!typed.trim());
    if (typed.trim()) visit.enter(typed);
    else field.current?.focus();
  };

  return (
    <form className="stack" noValidate onSubmit={onSubmit}>
      <div className="field">
        <label htmlFor="participant-name-input">{t('join.name')}</label>
        <input
          ref={field}
          id="participant-name-input"
          type="text"
          maxLength={50}
          autoComplete="name"
          enterKeyHint="go"
          required
          readOnly={isNameLocked}
          value={typed}
          aria-invalid={isMissing}
          aria-describedby="name-help"
          onInput={(event: Event) => {
            onType((event.target as HTMLInputElement).value);
            setMissing(false);
          }}
        />
        <p id="name-help" className={isMissing ? 'help trouble' : 'help'}>
          {t(
            isMissing ? 'join.name.missing' : isNameLocked ? 'join.name.locked' : 'join.name.help',
          )}
        </p>
      </div>
      <button type="submit" id="participant-name-submit" className="button primary">
        {t('join.continue')}
      </button>
    </form>
  );
}

const BARRIERS: Record<Barrier, { title: MessageKey; text: MessageKey; waits: boolean }> = {
  closed: { title: 'barrier.closed.title', text: 'barrier.closed.text', waits: true },
  'not-allowed': {
    title: 'barrier.notAllowed.title',
    text: 'barrier.notAllowed.text',
    waits: false,
  },
  encrypted: { title: 'barrier.encrypted.title', text: 'barrier.encrypted.text', waits: false },
  unreachable: {
    title: 'barrier.unreachable.title',
    text: 'barrier.unreachable.text',
    waits: true,
  },
};

function BarrierNotice({ barrier }: { barrier: Barrier }) {
  const { title, text, waits } = BARRIERS[barrier];
  const Icon = barrier === 'unreachable' ? OfflineIcon : LockIcon;
  return (
    <div
      className={`notice ${barrier === 'unreachable' ? '' : 'room-closed-message'}`}
      role="status"
      data-barrier={barrier}
    >
      <Icon size={24} aria-hidden="true" />
      <div>
        <h2>{t(title)}</h2>
        <p>{t(text)}</p>
        {waits && (
          <p className="help with-icon">
            <ClockIcon size={16} aria-hidden="true" />
            {t('barrier.waiting')}
          </p>
        )}
      </div>
    </div>
  );
}
