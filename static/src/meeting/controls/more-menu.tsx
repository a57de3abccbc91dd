import { t } from '../../i18n';
import { useStore } from '../../store';
import {
  ActivitiesIcon,
  MoonIcon,
  MoreIcon,
  RecordIcon,
  RecordingsIcon,
  StopIcon,
  SunIcon,
} from '../icons';
import { usePage } from '../page';
import type { PanelName } from '../panels/panel';
import { useRecordingControl } from '../recording/control';
import { RecordingsLink } from '../recording/recordings-link';
import type { MeetingSession } from '../session';
import { chooseTheme, currentTheme } from '../theme';
import { SessionDevices } from './media-buttons';
import { Menu, MenuItem, useCloseMenu } from './menu';
import { RoundButton } from './round-button';

interface Props {
  session: MeetingSession;
  /** On phones the bar has no room for device menus and panels, so they live here. */
  isNarrow: boolean;
  panel: PanelName | null;
  onToggle(panel: PanelName): void;
}

export function MoreMenu({ session, isNarrow, panel, onToggle }: Props) {
  const { config } = usePage().visit.surroundings;
  const { isAvailable } = useStore(usePage().visit.recording);
  const { permissions } = useStore(session);
  const record = useRecordingControl();
  const mayRecord = isAvailable && permissions.recordingControl;
  // While the panel is open, the link stands there, and an id stands for one thing.
  const maySeeRecordings = isAvailable && permissions.recordingList && panel !== 'activities';
  if (config.themeImposed && !isNarrow && !mayRecord && !maySeeRecordings) return null;
  return (
    <>
      <Menu
        label={t('controls.more')}
        trigger={(props) => (
          <RoundButton id="more-options-btn" label={t('controls.more')} {...props}>
            <MoreIcon aria-hidden="true" />
          </RoundButton>
        )}
      >
        {mayRecord && (
          <MenuItem
            id="recording-btn"
            icon={record.now === 'recording' ? <StopIcon size={18} /> : <RecordIcon size={18} />}
            busy={record.isBusy}
            onSelect={record.press}
          >
            {record.label}
          </MenuItem>
        )}
        {maySeeRecordings && <RecordingsItem />}
        {isNarrow && isAvailable && (
          <MenuItem
            id="activities-panel-btn"
            icon={<ActivitiesIcon size={18} />}
            onSelect={() => onToggle('activities')}
          >
            {t('controls.activities')}
          </MenuItem>
        )}
        {isNarrow && <DeviceGroups session={session} />}
        {!config.themeImposed && <ThemeItem />}
      </Menu>
      {record.question}
    </>
  );
}

function DeviceGroups({ session }: { session: MeetingSession }) {
  return (
    <>
      <SessionDevices kind="microphone" session={session} />
      <SessionDevices kind="camera" session={session} />
      <SessionDevices kind="speaker" session={session} />
    </>
  );
}

function RecordingsItem() {
  return (
    <RecordingsLink className="menu-item" role="menuitem" isNewTab onFollow={useCloseMenu()}>
      <span className="menu-icon" aria-hidden="true">
        <RecordingsIcon size={18} />
      </span>
      <span className="menu-text">{t('recordings.view')}</span>
    </RecordingsLink>
  );
}

function ThemeItem() {
  const { choices } = usePage().visit.surroundings;
  const next = currentTheme() === 'dark' ? 'light' : 'dark';
  return (
    <MenuItem
      id="theme-option"
      icon={next === 'dark' ? <MoonIcon size={18} /> : <SunIcon size={18} />}
      onSelect={() => chooseTheme(next, choices)}
    >
      {t(next === 'dark' ? 'common.theme.toDark' : 'common.theme.toLight')}
    </MenuItem>
  );
}
