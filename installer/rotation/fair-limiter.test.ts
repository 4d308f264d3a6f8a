import { expect, test } from 'vitest';
import { createFairLimiter } from './fair-limiter.ts';

/** Tasks that end when they are told to. */
function tasks(parallel: number) {
  const limit = createFairLimiter(parallel);
  const order: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, uid: string, namespace: string) =>
    limit({ uid, namespace }, async () => {
      order.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { run, end, order };
}

test('one pod has half of the places at most, and waits behind all others', async () => {
  const { run, end, order } = tasks(4);
  for (let volume = 0; volume < 20; volume++) void run(`greedy-${volume}`, 'greedy', 'a');
  await end('');
  expect(order).toEqual(['greedy-0', 'greedy-1']);
  for (const other of ['b', 'c', 'd']) void run(other, other, 'a');
  await end('');
  expect(order.slice(2)).toEqual(['b', 'c']);
  await end('greedy-0');
  expect(order.slice(4)).toEqual(['d']);
  await end('b');
  expect(order.slice(5)).toEqual(['greedy-2']);
});

test('among pods with as many it is the turn of the namespace with the fewest', async () => {
  const { run, end, order } = tasks(2);
  for (const pod of ['a1', 'a2', 'a3', 'a4']) void run(pod, pod, 'a');
  void run('b1', 'b1', 'b');
  await end('');
  await end('a1');
  expect(order).toEqual(['a1', 'a2', 'b1']);
});

test('a task that fails gives its place back', async () => {
  const limit = createFairLimiter(1);
  const pod = { uid: 'p', namespace: 'n' };
  await expect(limit(pod, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limit(pod, async () => 'goes on')).toBe('goes on');
});
