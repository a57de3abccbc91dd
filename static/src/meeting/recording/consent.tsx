import { t } from '../../i18n';
import { useStore } from '../../store';
import { usePage } from '../page';
import type { MeetingSession } from '../session';
import { asksForConsent } from './meeting-recording';

/** Stays until it is answered, and leaves the meeting usable meanwhile. */
export function RecordingConsent({ session }: { session: MeetingSession }) {
  const { recording } = usePage().visit;
  if (!asksForConsent(useStore(recording))) return null;
  return (
    <section id="recording-consent" className="stage-notice recording-consent" role="alert">
      <span className="recording-mark" aria-hidden="true" />
      <div>
        <h2>{t('recording.consent.title')}</h2>
        <p>{t('recording.consent.text')}</p>
      </div>
      <div className="notice-actions">
        <button
          type="button"
          id="recording-consent-leave"
          className="button"
          onClick={() => void session.leave()}
        >
          {t('recording.consent.leave')}
        </button>
        <button
          type="button"
          id="recording-consent-ok"
          className="button primary"
          onClick={() => recording.answer()}
        >
          {t('recording.consent.ok')}
        </button>
      </div>
    </section>
  );
}
