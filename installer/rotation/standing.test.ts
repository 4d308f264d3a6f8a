import { expect, test } from 'vitest';
import { reportOf, standingOf } from './standing.ts';

const object = { type: 'cert', vault: 'v', name: 'n', version: '1' } as const;
const record = { mountedUptime: 100, isStale: false, objects: [{ ...object, expires: 5000 }, object] };
const state = { mountedAt: '', checkedAt: '', checkedUptime: 200 };
const failure = { code: 'X', message: '', since: '', sinceUptime: 150, count: 3 };

test.each([
  ['just mounted', record, undefined, { at: 100, failures: 0, firstExpiry: 5000 }],
  [
    'started with what was known of old',
    { ...record, isStale: true },
    undefined,
    { failures: 1, awaitsFresh: true },
  ],
  ['read again since', { ...record, isStale: true }, state, { failures: 0, awaitsFresh: false }],
  ['that could still not', { ...record, isStale: true }, { ...state, failure }, { awaitsFresh: true }],
  ['renewed', record, { ...state, objects: [{ ...object, expires: 9000 }] }, { firstExpiry: 9000 }],
  ['that could not be read', record, { ...state, failure }, { at: 200, failures: 3, failingSince: 150 }],
])('a volume %s', (_, recorded, kept, standing) => {
  expect(standingOf(recorded, kept)).toMatchObject(standing);
});

test('of many volumes the report tells the longest failure and the first expiry', () => {
  const standings = [
    standingOf(record, { ...state, failure }),
    standingOf(record, { ...state, failure: { ...failure, sinceUptime: 120 } }),
    standingOf({ ...record, objects: [{ ...object, expires: 4000 }] }, undefined),
  ];
  expect(reportOf(standings, 300)).toEqual({ failing: 2, failingSeconds: 180, firstExpiry: 4000 });
  expect(reportOf([], 300)).toEqual({ failing: 0, failingSeconds: 0, firstExpiry: undefined });
});
