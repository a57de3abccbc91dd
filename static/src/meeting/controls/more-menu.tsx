import { t } from '../../i18n';
import { MoonIcon, MoreIcon, SunIcon } from '../icons';
import { usePage } from '../page';
import type { MeetingSession } from '../session';
import { chooseTheme, currentTheme } from '../theme';
import { SessionDevices } from './media-buttons';
import { Menu, MenuItem } from './menu';
import { RoundButton } from './round-button';

interface Props {
  session: MeetingSession;
  /** On phones the bar has no room for device menus, so they live here. */
  hasDevices: boolean;
}

export function MoreMenu({ session, hasDevices }: Props) {
  const { config, choices } = usePage().visit.surroundings;
  if (config.themeImposed && !hasDevices) return null;
  const next = currentTheme() === 'dark' ? 'light' : 'dark';
  return (
    <Menu
      label={t('controls.more')}
      trigger={(props) => (
        <RoundButton id="more-options-btn" label={t('controls.more')} {...props}>
          <MoreIcon aria-hidden="true" />
        </RoundButton>
      )}
    >
      {hasDevices && (
        <>
          <SessionDevices kind="microphone" session={session} />
          <SessionDevices kind="camera" session={session} />
          <SessionDevices kind="speaker" session={session} />
        </>
      )}
      {!config.themeImposed && (
        <MenuItem
          id="theme-option"
          icon={next === 'dark' ? <MoonIcon size={18} /> : <SunIcon size={18} />}
          onSelect={() => chooseTheme(next, choices)}
        >
          {t(next === 'dark' ? 'common.theme.toDark' : 'common.theme.toLight')}
        </MenuItem>
      )}
    </Menu>
  );
}
