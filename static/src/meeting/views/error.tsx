import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type MessageKey, plural, t } from '../../i18n';
import { useStore } from '../../store';
import type { DoorReason } from '../api';
import { AlertIcon } from '../icons';
import { usePage, useSecondsSince } from '../page';
import { Frame } from './frame';

type Shown = Exclude<
  DoorReason,
  'closed-room' | 'session-expired' | 'media-unavailable' | 'unreachable'
>;

const WORDS: Record<Shown, { title: MessageKey; text: MessageKey }> = {
  'invalid-room-secret': { title: 'error.secret.title', text: 'error.secret.text' },
  'anonymous-access-disabled': { title: 'error.disabled.title', text: 'error.disabled.text' },
  'forbidden-room-access': { title: 'error.forbidden.title', text: 'error.forbidden.text' },
  'invalid-member': { title: 'error.member.title', text: 'error.member.text' },
  'invalid-room': { title: 'error.room.title', text: 'error.room.text' },
  'too-many-requests': { title: 'error.tooMany.title', text: 'error.tooMany.text' },
  'internal-error': { title: 'error.internal.title', text: 'error.internal.text' },
};

export function ErrorView() {
  const { visit, backUrl } = usePage();
  const { error } = useStore(visit);
  const reason = (error?.reason ?? 'internal-error') as Shown;
  const words = WORDS[reason] ?? WORDS['internal-error'];
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <Frame>
      <div className="message error-page" data-reason={reason}>
        <span className="message-icon">
          <AlertIcon size={28} aria-hidden="true" />
        </span>
        <h1 ref={heading} tabIndex={-1}>
          {t(words.title)}
        </h1>
        <p>{t(words.text)}</p>
        <div className="message-actions">
          <Retry retryAfter={error?.retryAfter ?? null} />
          {backUrl && (
            <a id="back-btn" className="button" href={backUrl}>
              {t('common.back')}
            </a>
          )}
        </div>
      </div>
    </Frame>
  );
}

/** Where the server named a time the page comes back by itself; a press is always possible. */
function Retry({ retryAfter }: { retryAfter: number | null }) {
  const { visit } = usePage();
  const [dueAt] = useState(() => (retryAfter === null ? null : Date.now() + retryAfter * 1000));
  const seconds = Math.max(0, -useSecondsSince(dueAt));
  useEffect(() => {
    if (dueAt === null) return;
    const timer = setTimeout(() => void visit.retry(), dueAt - Date.now());
    return () => clearTimeout(timer);
  }, [dueAt, visit]);
  return (
    <>
      <button
        type="button"
        id="retry-btn"
        className="button primary"
        onClick={() => void visit.retry()}
      >
        {t('error.retry')}
      </button>
      {dueAt !== null && seconds > 0 && <p className="help">{plural('error.retryIn', seconds)}</p>}
    </>
  );
}
