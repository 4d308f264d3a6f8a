import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { OutOfTime, shareOf } from './bound.ts';

function wholeOf(milliseconds: number) {
  const controller = new AbortController();
  const end = performance.now() + milliseconds;
  return { controller, signal: controller.signal, timeLeft: () => end - performance.now() };
}

describe('a share of the time', () => {
  test('begins with what it waits for, even when that fails', async () => {
    const share = shareOf(wholeOf(150), 1 / 3, Promise.reject(new Error('no token')));
    expect(share.timeLeft()).toBeGreaterThan(40);
    await wait(20);
    expect(share.signal.aborted).toBe(false);
    expect(share.timeLeft()).toBeLessThan(35);
    await wait(60);
    expect(share.signal.reason).toBeInstanceOf(OutOfTime);
    expect((share.signal.reason as OutOfTime).after).toBeLessThanOrEqual(50);
  });

  test('does not begin before', async () => {
    const share = shareOf(wholeOf(30), 1 / 3, new Promise(() => undefined));
    await wait(40);
    expect(share.signal.aborted).toBe(false);
  });

  test('ends with the whole, for the reason of the whole', async () => {
    const whole = wholeOf(60_000);
    const share = shareOf(whole, 1 / 3, Promise.resolve());
    const reason = new Error('deadline');
    whole.controller.abort(reason);
    expect(share.signal.reason).toBe(reason);
    share.end();
  });

  test('is over for good once it was ended', async () => {
    const begin = Promise.withResolvers<void>();
    const share = shareOf(wholeOf(30), 1 / 3, begin.promise);
    share.end();
    begin.resolve();
    await wait(30);
    expect(share.signal.aborted).toBe(false);
  });
});
