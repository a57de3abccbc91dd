import { useState } from 'react';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { EndIcon, HangUpIcon } from '../icons';
import { usePage } from '../page';
import type { MeetingSession } from '../session';
import { Dialog } from './dialog';
import { Menu, MenuItem } from './menu';
import { RoundButton } from './round-button';

export function LeaveButton({ session }: { session: MeetingSession }) {
  const { permissions } = useStore(session);
  const [isAsking, setAsking] = useState(false);
  const leave = () => void session.leave();
  const face = (
    <>
      <HangUpIcon aria-hidden="true" />
      <span className="leave-word">{t('controls.leave')}</span>
    </>
  );
  if (!permissions.meetingEnd) {
    return (
      <RoundButton id="leave-btn" label={t('controls.leave')} tone="danger" onClick={leave}>
        {face}
      </RoundButton>
    );
  }
  return (
    <>
      <Menu
        label={t('controls.leave')}
        trigger={(props) => (
          <RoundButton id="leave-btn" label={t('controls.leave')} tone="danger" {...props}>
            {face}
          </RoundButton>
        )}
      >
        <MenuItem id="leave-option" icon={<HangUpIcon size={18} />} onSelect={leave}>
          {t('controls.leave')}
        </MenuItem>
        <MenuItem
          id="end-meeting-option"
          tone="danger"
          icon={<EndIcon size={18} />}
          onSelect={() => setAsking(true)}
        >
          {t('controls.end')}
        </MenuItem>
      </Menu>
      {isAsking && <ConfirmEnd onDone={() => setAsking(false)} />}
    </>
  );
}

function ConfirmEnd({ onDone }: { onDone(): void }) {
  const { visit, notices } = usePage();
  const [isBusy, setBusy] = useState(false);
  const end = async () => {
    if (isBusy) return;
    setBusy(true);
    try {
      await visit.endMeeting();
    } catch {
      notices.show(t('controls.end.failed'), 'trouble');
    }
    onDone();
  };
  return (
    <Dialog title={t('controls.end.question')} onDismiss={onDone}>
      <p>{t('controls.end.consequence')}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="button danger confirm-button"
          aria-busy={isBusy}
          onClick={() => void end()}
        >
          {t('controls.end')}
        </button>
      </div>
    </Dialog>
  );
}
