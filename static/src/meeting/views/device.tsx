import { useEffect, useLayoutEffect, useRef } from 'react';
import { plural, t } from '../../i18n';
import { useStore } from '../../store';
import { OfflineIcon } from '../icons';
import type { Capture } from '../media/capture';
import { usePage, useSecondsSince } from '../page';
import { DevicePickers } from './device-pickers';
import { Frame } from './frame';
import { Preview } from './preview';

export function DeviceView() {
  const { visit } = usePage();
  const { capture } = visit;
  return <Frame>{capture && <DeviceForm capture={capture} />}</Frame>;
}

function DeviceForm({ capture }: { capture: Capture }) {
  const { visit } = usePage();
  const { room, view, name, retryAt } = useStore(visit);
  const isConnecting = view === 'connecting';
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    void visit.surroundings.devices.refresh();
  }, [visit]);
  useLayoutEffect(() => button.current?.focus({ preventScroll: true }), []);

  const join = () => {
    performance.mark('meet:join-click');
    void visit.join();
  };

  return (
    <ov-meeting-media-setup className="door">
      <Preview capture={capture} name={name} />
      <div className="door-form">
        <div>
          <p className="overline">{t('device.overline')}</p>
          <h1>{room?.roomName}</h1>
        </div>
        <RetryNotice />
        <DevicePickers capture={capture} />
        <div className="door-actions">
          <button
            type="button"
            ref={button}
            id="join-button"
            className="button primary"
            aria-busy={isConnecting}
            onClick={join}
          >
            {isConnecting && <span className="spinner" aria-hidden="true" />}
            {t(isConnecting ? 'device.joining' : retryAt ? 'device.joinNow' : 'device.join')}
          </button>
          <button
            type="button"
            className="text-button"
            disabled={isConnecting}
            onClick={() => visit.retreat()}
          >
            {t('device.changeName')}
          </button>
        </div>
      </div>
    </ov-meeting-media-setup>
  );
}

/** The media server is away: say so, go on by oneself, and let people stop that. */
function RetryNotice() {
  const { visit } = usePage();
  const { retryAt } = useStore(visit);
  const seconds = Math.max(1, -useSecondsSince(retryAt));
  if (retryAt === null) return null;
  return (
    <div className="notice" id="join-retry-notice">
      <OfflineIcon size={24} aria-hidden="true" />
      <div>
        <h2 role="status">{t('device.unavailable.title')}</h2>
        <p>{t('device.unavailable.text')}</p>
        <p className="help">
          {plural('device.retryIn', seconds)}{' '}
          <button type="button" className="link-button" onClick={() => visit.stopRetrying()}>
            {t('device.stopRetrying')}
          </button>
        </p>
      </div>
    </div>
  );
}
