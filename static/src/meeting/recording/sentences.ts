import { type MessageKey, t } from '../../i18n';
import type { ApiError } from '../api';
import type { Refusal } from './meeting-recording';
import { isCancelled, type Recording } from './recording';

const FILE_LOST = 11;

/** By the server's numbers. */
const FAILURES: Record<number, MessageKey> = {
  1: 'recording.failure.noRecorder',
  2: 'recording.failure.nobody',
  3: 'recording.failure.page',
  4: 'recording.failure.died',
  5: 'recording.failure.storage',
  6: 'recording.failure.limit',
  7: 'recording.failure.diskFull',
  8: 'recording.failure.cancelled',
  9: 'recording.failure.late',
  10: 'recording.failure.media',
  [FILE_LOST]: 'recording.failure.fileLost',
  12: 'recording.failure.quota',
};

/** Why it failed, and what is left of it: in the page's language, or else in the server's words. */
export function failureSentence(recording: Recording): string {
  const { errorCode, error, status } = recording;
  const key = FAILURES[errorCode ?? 0];
  if (!key && isCancelled(recording)) return t('recording.failure.cancelled');
  const limit = status === 'limit_reached' ? t('recording.failure.limit') : null;
  const reason = key ? t(key) : (limit ?? error ?? t('recording.failure.unknown'));
  return status === 'complete' && errorCode !== FILE_LOST
    ? `${reason} ${t('recording.failure.saved')}`
    : reason;
}

export function refusalSentence({ kind, error }: Refusal): string {
  return kind === 'startRefused' ? startSentence(error) : t('recording.stop.failed');
}

function startSentence({ status, message, retryAfter }: ApiError): string {
  switch (status) {
    case 403:
      return t('recording.refused.forbidden');
    case 404:
      return t('recording.refused.gone');
    case 409:
      return t(
        message.includes('already') ? 'recording.refused.already' : 'recording.failure.nobody',
      );
    case 429:
      return t('recording.refused.tooMany', { seconds: retryAfter ?? 60 });
    case 503:
      return t('recording.refused.reason', { reason: message });
    default:
      return t('recording.refused.unknown');
  }
}
