import { afterEach, describe, expect, it } from 'vitest';
import { currentLanguage } from '../../src/i18n';
import { ApiError } from '../../src/meeting/api';
import { toRecording } from '../../src/meeting/recording/recording';
import { failureSentence, refusalSentence } from '../../src/meeting/recording/sentences';

afterEach(() => currentLanguage.choose('en'));

describe('why a recording failed', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    'is said for code %i in the language of the page',
    (errorCode) => {
      const english = sentence({ status: 'failed', errorCode, error: 'Server English.' });
      currentLanguage.choose('es');
      const spanish = sentence({ status: 'failed', errorCode, error: 'Server English.' });
      expect([english, spanish]).not.toContain('Server English.');
      expect(english).not.toBe(spanish);
    },
  );

  it('is the server`s own sentence where the page knows none', () => {
    expect(sentence({ status: 'failed', errorCode: 99, error: 'Moon.' })).toBe('Moon.');
    expect(sentence({ status: 'failed' })).toBe('The recording failed.');
  });

  it('adds what is left of it', () => {
    expect(sentence({ status: 'complete', errorCode: 4 })).toMatch(/stopped working.* is saved/);
    expect(sentence({ status: 'complete', errorCode: 11 })).toMatch(/damaged\.$/);
    expect(sentence({ status: 'limit_reached' })).toMatch(/longest duration/);
  });
});

describe('why a start was refused', () => {
  it.each([
    [403, 'no', /may not record/],
    [404, 'no', /gone/],
    [409, "Room 'r' is already being recorded", /already/],
    [409, "Room 'r' has no participants", /nobody/],
    [429, 'no', /Try again in 7 s/],
    [503, 'The recording storage cannot be written', /storage cannot be written/],
    [0, 'Failed to fetch', /could not be started/],
  ])('%i «%s»', (status, message, words) => {
    const error = new ApiError('internal-error', message, { status, retryAfter: 7 });
    expect(refusalSentence({ kind: 'startRefused', error })).toMatch(words);
  });
});

function sentence(raw: object): string {
  const recording = toRecording({ recordingId: 'r1', ...raw });
  if (!recording) throw new Error('no recording');
  return failureSentence(recording);
}
