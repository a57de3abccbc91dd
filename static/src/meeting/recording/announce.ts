import { useEffect } from 'react';
import { t } from '../../i18n';
import { playSignal } from '../media/sound';
import type { Permissions } from '../membership';
import type { Notices } from '../notices';
import type { MeetingSession } from '../session';
import { asksForConsent, type MeetingRecording, type RecordingNews } from './meeting-recording';
import type { RecordingEvent } from './recording';
import { failureSentence, refusalSentence } from './sentences';

/** Turns what happens to the recording into words and sounds. */
export function useRecordingNews(
  recording: MeetingRecording,
  session: MeetingSession,
  notices: Notices,
): void {
  useEffect(
    () => recording.observe((news) => report(news, { recording, session, notices })),
    [recording, session, notices],
  );
}

interface Ears {
  recording: MeetingRecording;
  session: MeetingSession;
  notices: Notices;
}

function report(news: RecordingNews, { recording, session, notices }: Ears): void {
  switch (news.kind) {
    case 'started':
      playSignal('recordingStarted');
      // To all others the question on the screen says the same.
      if (!asksForConsent(recording.state)) notices.say(t('recording.said.started'));
      break;
    case 'stopped':
      playSignal('recordingStopped');
      notices.say(t('recording.said.stopped'));
      break;
    case 'cancelled':
      notices.say(t('recording.failure.cancelled'));
      break;
    case 'failed':
      reportFailure(news, session.state.permissions, notices);
      break;
    case 'startRefused':
    case 'stopRefused':
      notices.show(refusalSentence(news), 'trouble');
  }
}

type Failure = Extract<RecordingEvent, { kind: 'failed' }>;

/** Those who can do something about it learn why; to others it only matters that nothing is recorded any more. */
function reportFailure(
  { recording, wasRunning }: Failure,
  { recordingControl }: Permissions,
  notices: Notices,
): void {
  if (wasRunning) playSignal('recordingStopped');
  if (recordingControl) notices.show(failureSentence(recording), 'trouble');
  else if (wasRunning) notices.say(t('recording.said.stopped'));
}
