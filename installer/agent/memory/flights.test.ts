import { describe, expect, test } from 'vitest';
import { Flights } from './flights.ts';

const never = new AbortController().signal;

/** A beginning that is counted, and ends when told to. */
function controlled() {
  const begun: { signal: AbortSignal; end: PromiseWithResolvers<string> }[] = [];
  const begin = (signal: AbortSignal) => {
    const end = Promise.withResolvers<string>();
    signal.addEventListener('abort', () => end.reject(new Error(`ended: ${signal.reason}`)));
    begun.push({ signal, end });
    return end.promise;
  };
  return { begun, begin };
}

test('what is under way is not begun a second time, and another thing is', async () => {
  const flights = new Flights();
  const { begun, begin } = controlled();
  const both = [flights.share('a', never, begin), flights.share('a', never, begin)];
  void flights.share('b', never, begin);
  expect(begun).toHaveLength(2);
  begun[0]?.end.resolve('it');
  expect(await Promise.all(both)).toEqual(['it', 'it']);
});

test.each(['resolve', 'reject'] as const)('what has ended (%s) is begun anew', async (how) => {
  const flights = new Flights();
  const { begun, begin } = controlled();
  const first = flights.share('a', never, begin).catch(() => 'failed');
  if (how === 'resolve') begun[0]?.end.resolve('it');
  else begun[0]?.end.reject(new Error('no'));
  await first;
  void flights.share('a', never, begin);
  expect(begun).toHaveLength(2);
});

test('what began too early is begun anew, and both end by themselves', async () => {
  const clock = { now: 0 };
  const flights = new Flights(() => clock.now);
  const { begun, begin } = controlled();
  const early = flights.share('a', never, begin);
  clock.now = 10;
  const late = flights.share('a', never, begin, 10);
  const later = flights.share('a', never, begin, 5);
  expect(begun).toHaveLength(2);
  begun[0]?.end.resolve('old');
  expect(await early).toBe('old');
  void flights.share('a', never, begin, 5);
  expect(begun).toHaveLength(2);
  begun[1]?.end.resolve('new');
  expect(await Promise.all([late, later])).toEqual(['new', 'new']);
});

test('a failure is everybody’s who waits', async () => {
  const flights = new Flights();
  const { begun, begin } = controlled();
  const both = Promise.allSettled([flights.share('a', never, begin), flights.share('a', never, begin)]);
  begun[0]?.end.reject(new Error('no'));
  expect((await both).map((one) => one.status)).toEqual(['rejected', 'rejected']);
});

describe('who leaves', () => {
  test('first gets its own reason, and the others what they wait for', async () => {
    const flights = new Flights();
    const { begun, begin } = controlled();
    const leaving = new AbortController();
    const left = flights.share('a', leaving.signal, begin);
    const staying = flights.share('a', never, begin);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(begun[0]?.signal.aborted).toBe(false);
    begun[0]?.end.resolve('it');
    expect(await staying).toBe('it');
  });

  test('last ends it with its reason, and is told what came of it', async () => {
    const flights = new Flights();
    const { begun, begin } = controlled();
    const leaving = new AbortController();
    const left = flights.share('a', leaving.signal, begin);
    leaving.abort('the deadline');
    await expect(left).rejects.toThrow('ended: the deadline');
    expect(begun[0]?.signal.aborted).toBe(true);
  });

  test('before it came does not keep it alive', async () => {
    const flights = new Flights();
    const { begun, begin } = controlled();
    await expect(flights.share('a', AbortSignal.abort('late'), begin)).rejects.toThrow('ended: late');
    void flights.share('a', never, begin);
    expect(begun).toHaveLength(2);
  });
});
