import { expect, it, vi } from 'vitest';
import { takeAddress } from '../../src/recorder/address';

const HREF =
  'https://meet.test/meet/recorder?theme=x&layout=speaker&url=wss%3A%2F%2Flk.test&token=a.b.c';

it('takes url and token out of the address bar and leaves the rest', () => {
  const replaceState = vi.fn();
  const address = takeAddress(HREF, { replaceState });
  expect(address).toEqual({ url: 'wss://lk.test', token: 'a.b.c', layout: 'speaker' });
  const [state, , url] = replaceState.mock.calls[0] ?? [];
  expect(state).toBeNull();
  expect(String(url)).toBe('https://meet.test/meet/recorder?theme=x&layout=speaker');
});
