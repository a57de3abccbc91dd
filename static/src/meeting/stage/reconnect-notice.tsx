import { plural, t } from '../../i18n';
import { Dialog } from '../controls/dialog';
import { usePage, useSecondsSince } from '../page';
import type { MeetingSession } from '../session';

interface Props {
  session: MeetingSession;
  since: number;
}

/** What happens, for how long it has, and the one thing one can do about it. */
export function ReconnectNotice({ session, since }: Props) {
  const { notices } = usePage();
  const seconds = useSecondsSince(since);
  const text = t(navigator.onLine ? 'reconnect.text' : 'reconnect.offline');
  return (
    <Dialog
      role="alertdialog"
      title={t('reconnect.title')}
      className="reconnect-notice"
      onDismiss={() => notices.say(text)}
    >
      <div className="with-spinner">
        <span className="spinner" aria-hidden="true" />
        <p>{text}</p>
      </div>
      <p className="help tabular">{plural('reconnect.since', seconds)}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => void session.leave()}>
          {t('controls.leave')}
        </button>
      </div>
    </Dialog>
  );
}
