import { t } from '../../i18n';
import { useStore } from '../../store';
import { PeopleIcon } from '../icons';
import { useMedia, usePage } from '../page';
import type { MeetingSession } from '../session';
import { LeaveButton } from './leave-button';
import {
  CameraButton,
  MicrophoneButton,
  ScreenShareButton,
  useMediaSwitches,
} from './media-buttons';
import { MoreMenu } from './more-menu';
import { RoundButton } from './round-button';
import { useShortcuts } from './shortcuts';

interface Props {
  session: MeetingSession;
  isPanelOpen: boolean;
  onTogglePanel(): void;
}

export function Toolbar({ session, isPanelOpen, onTogglePanel }: Props) {
  const { room } = useStore(usePage().visit);
  const { may, people } = useStore(session);
  const isNarrow = useMedia('(max-width: 719px)');
  useShortcuts(useMediaSwitches(session));
  const canShareScreen = may.screen && 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  return (
    <section className="toolbar" aria-label={t('controls.label')}>
      <div className="toolbar-info">{room?.roomName}</div>
      <div id="media-buttons-container" className="toolbar-middle">
        {may.microphone && <MicrophoneButton session={session} />}
        {may.camera && <CameraButton session={session} />}
        {canShareScreen && <ScreenShareButton session={session} />}
        <MoreMenu session={session} hasDevices={isNarrow} />
        <LeaveButton session={session} />
      </div>
      <div className="toolbar-panels">
        <RoundButton
          id="participants-panel-btn"
          label={t('controls.peopleCount', { count: people.length })}
          hint={t(isPanelOpen ? 'controls.people.hide' : 'controls.people.show')}
          pressed={isPanelOpen}
          tone={isPanelOpen ? 'active' : 'plain'}
          onClick={onTogglePanel}
        >
          <PeopleIcon aria-hidden="true" />
          <span className="count mat-badge-content" aria-hidden="true">
            {people.length}
          </span>
        </RoundButton>
      </div>
    </section>
  );
}
