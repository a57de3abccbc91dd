import type { ComponentChildren } from 'preact';
import { useState } from 'react';
import { type MessageKey, t } from '../../i18n';
import { useStore } from '../../store';
import { Dialog } from '../controls/dialog';
import { useMedia, usePage } from '../page';
import { type Phase, phase } from './meeting-recording';

export type Press = 'start' | 'askToStart' | 'cancel' | 'askToStop';

/** A thumb may slip before a recording; its end would lose what comes after, so that is always asked. */
export function pressed(now: Phase, isTouch: boolean): Press {
  if (now === 'recording') return 'askToStop';
  if (now === 'starting') return 'cancel';
  return isTouch ? 'askToStart' : 'start';
}

const WORDS: Record<Press, MessageKey> = {
  start: 'recording.start',
  askToStart: 'recording.start',
  cancel: 'recording.cancel',
  askToStop: 'recording.stop',
};

interface RecordingControl {
  now: Phase;
  label: string;
  isBusy: boolean;
  press(): void;
  /** To be drawn next to the button, and not inside a menu that closes. */
  question: ComponentChildren;
}

/** What the one button for recording says and does, wherever it stands. */
export function useRecordingControl(): RecordingControl {
  const { recording } = usePage().visit;
  const state = useStore(recording);
  const isTouch = useMedia('(pointer: coarse), (max-width: 719px)');
  const [asked, setAsked] = useState<Press | null>(null);
  const now = phase(state);
  const next = pressed(now, isTouch);
  const actions: Record<Press, () => void> = {
    start: () => void recording.start(),
    cancel: () => void recording.stop(),
    askToStart: () => setAsked('askToStart'),
    askToStop: () => setAsked('askToStop'),
  };
  const answer = (action: () => Promise<void>) => () => {
    setAsked(null);
    void action();
  };
  return {
    now,
    label: t(state.isStopping ? 'recording.stopping' : WORDS[next]),
    isBusy: state.isStopping,
    press: actions[next],
    // It is moot once things have moved on by themselves.
    question: asked === next && (
      <Question
        press={asked}
        onConfirm={answer(() => (asked === 'askToStop' ? recording.stop() : recording.start()))}
        onDismiss={() => setAsked(null)}
      />
    ),
  };
}

interface QuestionProps {
  press: Press;
  onConfirm(): void;
  onDismiss(): void;
}

function Question({ press, onConfirm, onDismiss }: QuestionProps) {
  const isStop = press === 'askToStop';
  return (
    <Dialog
      title={t(isStop ? 'recording.stop.question' : 'recording.start.question')}
      onDismiss={onDismiss}
    >
      <p>{t(isStop ? 'recording.stop.consequence' : 'recording.start.consequence')}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onDismiss}>
          {t(isStop ? 'recording.stop.not' : 'common.cancel')}
        </button>
        <button
          type="button"
          className={`button confirm-button ${isStop ? 'danger' : 'primary'}`}
          onClick={onConfirm}
        >
          {t(isStop ? 'recording.stop' : 'recording.start')}
        </button>
      </div>
    </Dialog>
  );
}
