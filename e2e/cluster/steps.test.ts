import { afterEach, expect, test, vi } from 'vitest';
import { step, stepTable, together } from './steps.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('pieces of work that run together end before the error of one is thrown', async () => {
  let isDone = false;
  const slow = pause(20).then(() => {
    isDone = true;
  });
  await expect(together(slow, Promise.reject(new Error('of the quick one')))).rejects.toThrow(
    'of the quick one',
  );
  expect(isDone).toBe(true);
});

test('the results come in the order of the pieces', async () => {
  expect(await together(pause(10, 'first'), Promise.resolve(2))).toEqual(['first', 2]);
});

test('a long step says each minute how long it has been running, and the table has its whole time', async () => {
  vi.useFakeTimers();
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  const work = step('compile', () => pause(150_000));
  await vi.advanceTimersByTimeAsync(150_000);
  await work;
  const said = log.mock.calls.map(([text]) => text);
  expect(said).toEqual([
    '  … compile',
    '  … compile (60 s so far)',
    '  … compile (120 s so far)',
    '  ✓ compile (150.0 s)',
  ]);
  expect(stepTable()).toBe('    150.0 s  compile');
});

/** By the timers that a test may have exchanged. */
function pause<T>(milliseconds: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), milliseconds);
  });
}
