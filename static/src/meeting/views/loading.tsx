import { t } from '../../i18n';
import { Frame } from './frame';

/** Appears only after 200 ms (CSS), so that a quick answer does not flicker. */
export function LoadingView() {
  return (
    <Frame>
      <div className="loading" role="status">
        <span className="spinner" aria-hidden="true" />
        <span>{t('loading.text')}</span>
      </div>
    </Frame>
  );
}
