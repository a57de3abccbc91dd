import { type MessageKey, t } from '../../i18n';
import { Avatar } from '../../tiles/avatar';
import type { Person } from '../../tiles/people';
import { CameraIcon, CameraOffIcon, MicrophoneIcon, MicrophoneOffIcon, ScreenIcon } from '../icons';
import type { Badge, Permissions } from '../membership';
import { ShareLink, useShareLink } from '../stage/alone';
import { ModerationControls } from './moderation';

const BADGES: Record<Exclude<Badge, 'other'>, MessageKey> = {
  owner: 'badge.owner',
  admin: 'badge.admin',
  moderator: 'badge.moderator',
};

interface Props {
  people: Person[];
  permissions: Permissions;
}

export function ParticipantsPanel({ people, permissions }: Props) {
  return (
    <ov-participants-panel>
      <ul className="people">
        {people.map((person) => (
          <PersonRow key={person.sid} person={person} permissions={permissions} />
        ))}
      </ul>
      {people.length === 1 && <Invitation />}
    </ov-participants-panel>
  );
}

function PersonRow({ person, permissions }: { person: Person; permissions: Permissions }) {
  return (
    <li
      className={`person ${person.isSpeaking ? 'is-speaking' : ''}`}
      data-participant-id={person.sid}
      data-identity={person.identity}
    >
      <Avatar name={person.name} />
      <div className="person-words">
        <span className="person-name">
          {person.name}
          {person.isLocal && <span className="person-you"> {t('person.you')}</span>}
        </span>
        {person.badge !== 'other' && (
          <span id={`participant-badge-${person.sid}`} className={`badge ${person.badge}-badge`}>
            {t(BADGES[person.badge])}
          </span>
        )}
      </div>
      <PersonMedia person={person} />
      <ModerationControls person={person} permissions={permissions} />
    </li>
  );
}

function PersonMedia({ person: { screen, hasCamera, hasMicrophone } }: { person: Person }) {
  const image = { size: 20, role: 'img' } as const;
  return (
    <div className="person-media">
      {screen && (
        <ScreenIcon
          {...image}
          id="screen-share-indicator"
          className="is-sharing"
          aria-label={t('person.sharing')}
        />
      )}
      {hasCamera ? (
        <CameraIcon {...image} aria-label={t('person.cameraOn')} />
      ) : (
        <CameraOffIcon
          {...image}
          id="camera-off-indicator"
          className="is-off"
          aria-label={t('person.cameraOff')}
        />
      )}
      {hasMicrophone ? (
        <MicrophoneIcon {...image} aria-label={t('person.microphoneOn')} />
      ) : (
        <MicrophoneOffIcon
          {...image}
          id="mic-off-indicator"
          className="is-off"
          aria-label={t('person.microphoneOff')}
        />
      )}
    </div>
  );
}

function Invitation() {
  const link = useShareLink();
  if (!link) return null;
  return (
    <div id="invite-panel" className="invitation">
      <h3>{t('alone.share')}</h3>
      <ShareLink link={link} />
    </div>
  );
}
