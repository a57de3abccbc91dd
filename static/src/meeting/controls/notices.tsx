import { t } from '../../i18n';
import { useStore } from '../../store';
import { AlertIcon, CloseIcon } from '../icons';
import type { Notices } from '../notices';

/** Toasts for the eye and a line for the ear; both politely announced, always in the page. */
export function NoticeLayer({ notices }: { notices: Notices }) {
  const { toasts, spoken } = useStore(notices);
  return (
    <>
      <div className="visually-hidden" role="status">
        {spoken}
      </div>
      <div className="toasts" role="status">
        {toasts.map(({ id, text, tone }) => (
          <div key={id} className={`toast custom-snackbar ${tone}`}>
            {tone === 'trouble' && (
              <AlertIcon size={20} className="toast-icon" aria-hidden="true" />
            )}
            <span>{text}</span>
            <button
              type="button"
              className="icon-button"
              aria-label={t('common.dismiss')}
              onClick={() => notices.dismiss(id)}
            >
              <CloseIcon size={18} />
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
