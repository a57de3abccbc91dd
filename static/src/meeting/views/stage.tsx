import { useEffect, useState } from 'react';
import { t } from '../../i18n';
import { useStore } from '../../store';
import { RemoteSound } from '../../tiles/media';
import { NARROW, Toolbar } from '../controls/toolbar';
import { SpeakerIcon } from '../icons';
import { useMedia, usePage } from '../page';
import { ActivitiesPanel } from '../panels/activities';
import { Panel, type PanelName } from '../panels/panel';
import { ParticipantsPanel } from '../panels/participants';
import { useRecordingNews } from '../recording/announce';
import { RecordingConsent } from '../recording/consent';
import { RecordingTag } from '../recording/tag';
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
  const [panel, setPanel] = useState<PanelName | null>(null);
  const toggle = (name: PanelName) => setPanel(panel === name ? null : name);
  const isNarrow = useMedia(NARROW);
  const openRecording = permissions.recordingList ? () => setPanel('activities') : undefined;
  useMeetingEvents(session, notices);
  useRecordingNews(visit.recording, session, notices);
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
          <div className="stage-notices">
            {isNarrow && <RecordingTag onOpen={openRecording} />}
            {isSoundBlocked && <SoundNotice session={session} />}
            <RecordingConsent session={session} />
          </div>
        </div>
        {panel === 'people' && (
          <Panel
            key={panel}
            title={t('controls.people', { count: people.length })}
            onClose={() => setPanel(null)}
          >
            <ParticipantsPanel people={people} permissions={permissions} />
          </Panel>
        )}
        {panel === 'activities' && (
          <Panel key={panel} title={t('controls.activities')} onClose={() => setPanel(null)}>
            <ActivitiesPanel permissions={permissions} />
          </Panel>
        )}
      </div>
      <Toolbar session={session} panel={panel} onToggle={toggle} onOpenRecording={openRecording} />
      <RemoteSound people={people} />
      {reconnectingSince !== null && (
        <ReconnectNotice session={session} since={reconnectingSince} />
      )}
    </div>
  );
}

function SoundNotice({ session }: { session: MeetingSession }) {
  return (
    <div className="stage-notice sound-notice" role="alert">
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
