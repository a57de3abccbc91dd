import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { ActivitiesIcon, PeopleIcon } from '../icons';
import { useMedia, usePage } from '../page';
import type { PanelName } from '../panels/panel';
import { RecordingTag } from '../recording/tag';
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

/** Where the bar has no room for everything. */
export const NARROW = '(max-width: 719px)';

interface Props {
  session: MeetingSession;
  panel: PanelName | null;
  onToggle(panel: PanelName): void;
  onOpenRecording: (() => void) | undefined;
}

export function Toolbar({ session, panel, onToggle, onOpenRecording }: Props) {
  const { visit } = usePage();
  const { room } = useStore(visit);
  const { isAvailable } = useStore(visit.recording);
  const { may, people } = useStore(session);
  const isNarrow = useMedia(NARROW);
  useShortcuts(useMediaSwitches(session));
  const canShareScreen = may.screen && 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  return (
    <section className="toolbar" aria-label={t('controls.label')}>
      {!isNarrow && (
        <div className="toolbar-info">
          <RecordingTag onOpen={onOpenRecording} />
          <span className="toolbar-room">{room?.roomName}</span>
        </div>
      )}
      <div id="media-buttons-container" className="toolbar-middle">
        {may.microphone && <MicrophoneButton session={session} />}
        {may.camera && <CameraButton session={session} />}
        {canShareScreen && <ScreenShareButton session={session} />}
        <MoreMenu session={session} isNarrow={isNarrow} panel={panel} onToggle={onToggle} />
        <LeaveButton session={session} />
      </div>
      <div className="toolbar-panels">
        {isAvailable && !isNarrow && (
          <PanelButton
            id="activities-panel-btn"
            label={t('controls.activities')}
            hint={[t('controls.activities.show'), t('controls.activities.hide')]}
            isOpen={panel === 'activities'}
            onClick={() => onToggle('activities')}
          >
            <ActivitiesIcon aria-hidden="true" />
          </PanelButton>
        )}
        <PanelButton
          id="participants-panel-btn"
          label={t('controls.peopleCount', { count: people.length })}
          hint={[t('controls.people.show'), t('controls.people.hide')]}
          isOpen={panel === 'people'}
          onClick={() => onToggle('people')}
        >
          <PeopleIcon aria-hidden="true" />
          <span className="count mat-badge-content" aria-hidden="true">
            {people.length}
          </span>
        </PanelButton>
      </div>
    </section>
  );
}

interface PanelButtonProps {
  id: string;
  label: string;
  /** What a press does while the panel is closed, and while it is open. */
  hint: [string, string];
  isOpen: boolean;
  onClick(): void;
  children: ComponentChildren;
}

function PanelButton({ id, label, hint, isOpen, onClick, children }: PanelButtonProps) {
  return (
    <RoundButton
      id={id}
      label={label}
      hint={hint[isOpen ? 1 : 0]}
      pressed={isOpen}
      tone={isOpen ? 'active' : 'plain'}
      onClick={onClick}
    >
      {children}
    </RoundButton>
  );
}
