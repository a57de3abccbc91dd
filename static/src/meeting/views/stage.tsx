import { useEffect, useState } from 'react';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { RemoteSound } from '../../tiles/media';
import { Toolbar } from '../controls/toolbar';
import { SpeakerIcon } from '../icons';
import { usePage } from '../page';
import { Panel } from '../panels/panel';
import { ParticipantsPanel } from '../panels/participants';
import type { MeetingSession } from '../session';
import { AloneOverlay } from '../stage/alone';
import { Layout } from '../stage/layout';
import { useMeetingEvents } from '../stage/meeting-events';
import { ReconnectNotice } from '../stage/reconnect-notice';

export function StageView() {
  const { session } = usePage().visit;
  return session && <Stage session={session} />;
}

function Stage({ session }: { session: MeetingSession }) {
  const { visit, notices } = usePage();
  const { room } = useStore(visit);
  const { people, permissions, reconnectingSince, isSoundBlocked } = useStore(session);
  const [isPanelOpen, setPanelOpen] = useState(false);
  useMeetingEvents(session, notices);
  useEffect(() => {
    void visit.surroundings.devices.refresh();
  }, [visit]);

  return (
    <div id="meeting-stage" className={reconnectingSince === null ? '' : 'is-reconnecting'}>
      <h1 className="visually-hidden">{room?.roomName}</h1>
      <div className="stage-body">
        <div className="stage-picture">
          <Layout people={people} />
          {people.length === 1 && <AloneOverlay />}
          {isSoundBlocked && <SoundNotice session={session} />}
        </div>
        {isPanelOpen && (
          <Panel
            title={t('controls.people', { count: people.length })}
            onClose={() => setPanelOpen(false)}
          >
            <ParticipantsPanel people={people} permissions={permissions} />
          </Panel>
        )}
      </div>
      <Toolbar
        session={session}
        isPanelOpen={isPanelOpen}
        onTogglePanel={() => setPanelOpen(!isPanelOpen)}
      />
      <RemoteSound people={people} />
      {reconnectingSince !== null && (
        <ReconnectNotice session={session} since={reconnectingSince} />
      )}
    </div>
  );
}

function SoundNotice({ session }: { session: MeetingSession }) {
  return (
    <div className="sound-notice" role="alert">
      <span>{t('stage.soundBlocked')}</span>
      <button
        type="button"
        id="allow-sound-btn"
        className="button primary"
        onClick={() => void session.allowSound()}
      >
        <SpeakerIcon size={20} aria-hidden="true" />
        {t('stage.allowSound')}
      </button>
    </div>
  );
}
