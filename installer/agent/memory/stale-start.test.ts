import { expect, test } from 'vitest';
import { DriverError, type ErrorCode, errorCodes } from '../../../driver/errors.ts';
import type { FoundObject } from '../../../driver/ports.ts';
import { readOrRecall } from './stale-start.ts';

const never = new AbortController().signal;
const fresh: FoundObject[][] = [[]];
const known: FoundObject[][] = [[], []];

const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

test('what was read is the answer', async () => {
  expect(
    await readOrRecall(
      async () => fresh,
      () => known,
      never,
    ),
  ).toBe(fresh);
});

const outages: readonly ErrorCode[] = [
  'VaultUnreachable',
  'VaultThrottled',
  'VaultFault',
  'TokenUnavailable',
  'DeadlineExceeded',
];

test.each(errorCodes)(
  'at %s what is known is the answer when Azure could not be asked, and only then',
  async (code) => {
    const failing = () => Promise.reject(new DriverError(code, 'no'));
    const answer = readOrRecall(failing, () => known, never);
    if (outages.includes(code)) expect(await answer).toBe(known);
    else await expect(answer).rejects.toMatchObject({ code });
  },
);

test('where nothing is known the fault is told', async () => {
  const failing = () => Promise.reject(new DriverError('VaultUnreachable', 'no'));
  await expect(readOrRecall(failing, () => undefined, never)).rejects.toThrow('no');
});

test('a vault that is silent is not waited for where something is known', async () => {
  const begun = performance.now();
  expect(await readOrRecall(until, () => known, never, 30)).toBe(known);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('a vault that is silent is waited for where nothing is known', async () => {
  const over = new AbortController();
  const answer = readOrRecall(until, () => undefined, over.signal, 10);
  setTimeout(() => over.abort(new DriverError('DeadlineExceeded', 'too long')), 60);
  await expect(answer).rejects.toThrow('too long');
});
