import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { together } from './steps.ts';

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
