import { expect, test } from 'vitest';
import { deletedOfMany, isGone } from '../../src/console/recording-api';

const IDS = ['one', 'other'];

test('of many, those are gone that the report names, whether or not all are', () => {
  expect(deletedOfMany(IDS, 200, { deleted: IDS })).toEqual(new Set(IDS));
  expect(deletedOfMany(IDS, 400, { deleted: ['one'] })).toEqual(new Set(['one']));
});

test('any other refusal means that none is gone', () => {
  expect(deletedOfMany(IDS, 500, { deleted: IDS })).toEqual(new Set());
  expect(deletedOfMany(IDS, 400, {})).toEqual(new Set());
});

test('what somebody else deleted is gone as well', () => {
  expect([200, 204, 404].map(isGone)).toEqual([true, true, true]);
  expect([403, 409, 500].map(isGone)).toEqual([false, false, false]);
});
