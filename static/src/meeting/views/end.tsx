import { useLayoutEffect, useRef } from 'react';
import { type MessageKey, t } from '../../i18n';
import { useStore } from '../../store';
import { type EndReason, mayRejoin } from '../disconnect';
import { RecordingsIcon } from '../icons';
import { usePage } from '../page';
import { RecordingsLink, useListedRecordings } from '../recording/recordings-link';
import { Frame } from './frame';

const WORDS: Record<EndReason, { title: MessageKey; text: MessageKey }> = {
  voluntary_leave: { title: 'end.left.title', text: 'end.left.text' },
  meeting_ended: { title: 'end.ended.title', text: 'end.ended.text' },
  meeting_ended_by_self: { title: 'end.endedBySelf.title', text: 'end.endedBySelf.text' },
  participant_kicked: { title: 'end.kicked.title', text: 'end.kicked.text' },
  network_disconnect: { title: 'end.network.title', text: 'end.network.text' },
  server_shutdown: { title: 'end.shutdown.title', text: 'end.shutdown.text' },
  duplicate_identity: { title: 'end.duplicate.title', text: 'end.duplicate.text' },
  unknown: { title: 'end.unknown.title', text: 'end.unknown.text' },
};

export function EndView() {
  const { visit, backUrl } = usePage();
  const { room, endReason } = useStore(visit);
  const reason = endReason ?? 'unknown';
  const canRejoin = mayRejoin(reason);
  const hasRecordings = useListedRecordings();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <Frame>
      <div className="message disconnected-container" data-reason={reason}>
        <p className="overline">{room?.roomName}</p>
        <h1 ref={heading} tabIndex={-1}>
          {t(WORDS[reason].title)}
        </h1>
        <p>{t(WORDS[reason].text)}</p>
        <div className="message-actions">
          {canRejoin && (
            <button
              type="button"
              id="rejoin-btn"
              className="button primary"
              onClick={() => void visit.rejoin()}
            >
              {t('end.rejoin')}
            </button>
          )}
          {hasRecordings && (
            <RecordingsLink className="button">
              <RecordingsIcon size={20} aria-hidden="true" />
              {t('recordings.view')}
            </RecordingsLink>
          )}
          {backUrl && (
            <a id="back-btn" className={`button ${canRejoin ? '' : 'primary'}`} href={backUrl}>
              {t('common.back')}
            </a>
          )}
          {!canRejoin && !backUrl && <p className="help">{t('end.closeTab')}</p>}
        </div>
      </div>
    </Frame>
  );
}
