import { useEffect } from 'react';
import { type MessageKey, t } from '../../i18n';
import type { CaptureProblem } from '../media/devices';
import { PROBLEM_WORDS } from '../media/problems';
import { playSignal } from '../media/sound';
import type { Notices } from '../notices';
import type { MeetingSession, SessionEvent, Source } from '../session';

/** In a crowd, a signal for everybody who comes and goes would be noise. */
const CROWD = 12;

const TROUBLE: Record<Source, Record<CaptureProblem, MessageKey>> = {
  ...PROBLEM_WORDS,
  screen: {
    denied: 'screen.denied',
    missing: 'screen.failed',
    'in-use': 'screen.failed',
    failed: 'screen.failed',
  },
};

/** Turns what happens in the meeting into words and sounds. */
export function useMeetingEvents(session: MeetingSession, notices: Notices): void {
  useEffect(() => {
    playSignal('joined');
    notices.say(t('stage.joined'));
    return session.observe((event) => report(event, session, notices));
  }, [session, notices]);
}

function report(event: SessionEvent, session: MeetingSession, notices: Notices): void {
  switch (event.kind) {
    case 'joined':
    case 'left':
      notices.say(t(`person.${event.kind}`, { name: event.name }));
      if (session.state.people.length <= CROWD) playSignal(event.kind);
      break;
    case 'permissions':
      notices.show(t('stage.permissionsUpdated'));
      break;
    case 'promoted':
    case 'demoted':
      notices.show(t(`stage.${event.kind}`));
      break;
    case 'trouble':
      notices.show(t(TROUBLE[event.source][event.problem]), 'trouble');
  }
}
