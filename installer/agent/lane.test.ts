import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Breathe } from '../../driver/ports.ts';
import { Lane } from './lane.ts';

const never = new AbortController().signal;
const pod = (uid: string, namespace = 'n') => ({ uid, namespace });

/** Holds the thread as a computation does. */
function hold(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function holdInSteps(milliseconds: number, breathe: Breathe): Promise<void> {
  for (let held = 0; held < milliseconds; held += 1) {
    hold(1);
    await breathe();
  }
}

describe('the lane', () => {
  test('runs one computation at a time, and gives what it gives', async () => {
    const lane = new Lane(() => performance.now());
    let inside = 0;
    const results = await Promise.all(
      [1, 2, 3].map((number) =>
        lane.computeFor(
          pod(`p${number}`),
          never,
        )(async (breathe) => {
          inside += 1;
          expect(inside).toBe(1);
          inside -= 1;
          await breathe();
          return number;
        }),
      ),
    );
    expect(results).toEqual([1, 2, 3]);
  });

  test('lets everything else run within a long computation, for longer than itself', async () => {
    const lane = new Lane(() => performance.now());
    let done = false;
    let held = 0;
    const long = lane.computeFor(
      pod('long'),
      never,
    )(async (breathe) => {
      for (let step = 0; step < 40; step++) {
        hold(1);
        held += 1;
        await breathe();
      }
    });
    void long.then(() => {
      done = true;
    });
    let turns = 0;
    // Each turn is one of the event loop, as an answer to a driver takes a few of.
    for (; !done; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(held).toBe(40);
    expect(turns).toBeGreaterThan(40);
  });

  test('gives the turns to the pod, and then the namespace, that had least', async () => {
    const lane = new Lane(() => performance.now());
    const order: string[] = [];
    const run = (uid: string, namespace: string, milliseconds: number) =>
      lane.computeFor(
        pod(uid, namespace),
        never,
      )(async (breathe) => {
        await holdInSteps(milliseconds, breathe);
        order.push(uid);
      });
    const greedy = [run('greedy', 'a', 60), run('greedy', 'a', 60)];
    await delay(100);
    // These do not breathe: on a busy machine one that is interrupted would have had more than the other.
    await Promise.all([run('modest', 'b', 0), run('same-namespace', 'a', 0)]);
    expect(order.slice(0, 2)).toEqual(['modest', 'same-namespace']);
    await Promise.all(greedy);
    expect(order).toHaveLength(4);
  });

  test('is left by a computation that fails, and by one whose time is over while it waits', async () => {
    const lane = new Lane(() => performance.now());
    const failing = lane.computeFor(pod('a'), never)(() => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const abort = new AbortController();
    const first = lane.computeFor(pod('a'), never)((breathe) => holdInSteps(20, breathe));
    const second = lane.computeFor(pod('b'), abort.signal)(async () => 'never');
    abort.abort(new Error('the deadline'));
    await expect(second).rejects.toThrow('the deadline');
    await first;
    const ended = lane.computeFor(pod('c'), never)(async () => 'goes on');
    expect(await ended).toBe('goes on');
  });

  test('ends a computation between two pieces when its time is over', async () => {
    const lane = new Lane(() => performance.now());
    const abort = new AbortController();
    const long = lane.computeFor(
      pod('a'),
      abort.signal,
    )(async (breathe) => {
      for (;;) {
        hold(5);
        abort.abort(new Error('the deadline'));
        await breathe();
      }
    });
    await expect(long).rejects.toThrow('the deadline');
    expect(await lane.computeFor(pod('b'), never)(async () => 'goes on')).toBe('goes on');
  });

  describe('for a mount', () => {
    const SHORT = 100;

    test('does at once what takes a moment, however long the lane is taken', async () => {
      const lane = new Lane(() => performance.now());
      const inLane = Promise.withResolvers<void>();
      const taken = lane.computeFor(pod('costly'), never)(() => inLane.promise);
      await delay(20);
      const computed = lane.computeForMount(
        pod('mount'),
        SHORT,
        never,
      )(async (breathe) => {
        await breathe();
        return 'done';
      });
      expect(await computed).toBe('done');
      inLane.resolve();
      await taken;
    });

    test('goes on in the lane with what takes longer', async () => {
      const lane = new Lane(() => performance.now());
      const inLane = Promise.withResolvers<void>();
      const taken = lane.computeFor(pod('costly'), never)(() => inLane.promise);
      await delay(20);
      let done = false;
      const long = lane.computeForMount(
        pod('mount'),
        SHORT,
        never,
      )(async (breathe) => {
        await holdInSteps(30, breathe);
        done = true;
      });
      await delay(100);
      expect(done).toBe(false);
      inLane.resolve();
      await Promise.all([taken, long]);
      expect(done).toBe(true);
      // And leaves it to the next.
      expect(await lane.computeFor(pod('next'), never)(async () => 'next')).toBe('next');
    });

    test('waits for its turn with a large document from the start', async () => {
      const lane = new Lane(() => performance.now());
      const inLane = Promise.withResolvers<void>();
      const taken = lane.computeFor(pod('costly'), never)(() => inLane.promise);
      await delay(20);
      let begun = false;
      const large = lane.computeForMount(
        pod('mount'),
        100_000,
        never,
      )(async () => {
        begun = true;
      });
      await delay(50);
      expect(begun).toBe(false);
      inLane.resolve();
      await Promise.all([taken, large]);
    });

    test('ends with its signal, and leaves the lane to others', async () => {
      const lane = new Lane(() => performance.now());
      const leaving = new AbortController();
      const compute = lane.computeForMount(pod('mount'), SHORT, leaving.signal);
      const long = compute((breathe) => holdInSteps(10_000, breathe));
      setTimeout(() => leaving.abort(new Error('gone')), 30);
      await expect(long).rejects.toThrow('gone');
      expect(await lane.computeFor(pod('next'), never)(async () => 'next')).toBe('next');
    });
  });
});
