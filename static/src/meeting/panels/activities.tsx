import { useEffect } from 'react';
import { type MessageKey, plural, t } from '../../i18n';
import { useStore } from '../../store';
import { AlertIcon, ExternalLinkIcon, RecordIcon, StopIcon } from '../icons';
import type { Permissions } from '../membership';
import { usePage } from '../page';
import { useRecordingControl } from '../recording/control';
import { type Phase, phase, type RecordingState } from '../recording/meeting-recording';
import { hasFailed, isCancelled, type Recording } from '../recording/recording';
import { RecordingsLink } from '../recording/recordings-link';
import { failureSentence } from '../recording/sentences';
import { RecordingTime } from '../recording/tag';

/** What goes on in the meeting besides talking: so far, the recording. */
export function ActivitiesPanel({ permissions }: { permissions: Permissions }) {
  const { recording } = usePage().visit;
  useEffect(() => void recording.refresh(), [recording]);
  return (
    <div id="activities-container">
      <RecordingActivity permissions={permissions} />
    </div>
  );
}

function RecordingActivity({ permissions }: { permissions: Permissions }) {
  const state = useStore(usePage().visit.recording);
  const now = phase(state);
  const { recording } = state;
  const hasTrouble = now === 'idle' && recording !== null && hasFailed(recording);
  return (
    <section
      id="recording-activity"
      className="activity"
      aria-labelledby="recording-activity-title"
    >
      <mat-expansion-panel-header className="mat-expansion-panel-header activity-head">
        <RecordIcon size={20} aria-hidden="true" />
        <h3 id="recording-activity-title">{t('recording.title')}</h3>
        <span id="recording-status" className={`badge recording-status ${now}`}>
          {t(statusWord(now, recording))}
        </span>
      </mat-expansion-panel-header>
      <p className="activity-words">
        {now === 'starting' && <span className="spinner" aria-hidden="true" />}
        {hasTrouble && <AlertIcon size={20} aria-hidden="true" />}
        <span>{statusSentence(now, recording)}</span>
        {now === 'recording' && <RecordingTime />}
      </p>
      {permissions.recordingControl && <RecordingButton />}
      {permissions.recordingControl && now === 'idle' && <FreeRecorders {...state} />}
      {permissions.recordingList && (
        <RecordingsLink className="button" isNewTab>
          {t('recordings.view')}
          <ExternalLinkIcon size={18} aria-hidden="true" />
        </RecordingsLink>
      )}
    </section>
  );
}

function RecordingButton() {
  const { now, label, isBusy, press, question } = useRecordingControl();
  const isOn = now === 'recording' || now === 'starting';
  const Icon = isOn ? StopIcon : RecordIcon;
  return (
    <>
      <button
        type="button"
        id={isOn ? 'stop-recording-btn' : 'start-recording-btn'}
        className={`button ${now === 'recording' ? 'danger' : isOn ? '' : 'primary'}`}
        aria-busy={isBusy}
        onClick={isBusy ? undefined : press}
      >
        <Icon size={20} aria-hidden="true" />
        {label}
      </button>
      {question}
    </>
  );
}

function FreeRecorders({ freeRecorders }: RecordingState) {
  if (freeRecorders === null) return null;
  return (
    <p className="help">
      {freeRecorders === 0 ? t('recording.noneFree') : plural('recording.free', freeRecorders)}
    </p>
  );
}

const WORDS: Record<Exclude<Phase, 'idle'>, { word: MessageKey; sentence: MessageKey }> = {
  starting: { word: 'recording.word.starting', sentence: 'recording.sentence.starting' },
  recording: { word: 'recording.word.started', sentence: 'recording.sentence.recording' },
  saving: { word: 'recording.word.stopping', sentence: 'recording.sentence.saving' },
};

function statusWord(now: Phase, recording: Recording | null): MessageKey {
  if (now !== 'idle') return WORDS[now].word;
  return recording?.status === 'failed' && !isCancelled(recording)
    ? 'recording.word.failed'
    : 'recording.word.stopped';
}

function statusSentence(now: Phase, recording: Recording | null): string {
  if (now !== 'idle') return t(WORDS[now].sentence);
  if (recording === null) return t('recording.sentence.idle');
  if (hasFailed(recording) || isCancelled(recording)) return failureSentence(recording);
  return t('recording.sentence.complete');
}
