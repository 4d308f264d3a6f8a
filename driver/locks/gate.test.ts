import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { passGate, placesOfNode } from './gate.ts';

const PROGRAM = fileURLToPath(new URL('./testing/pass-gate.ts', import.meta.url));
const never = new AbortController().signal;

let directory = '';
let journal = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gate-'));
  journal = `${directory}.journal`;
  writeFileSync(journal, '');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  rmSync(journal);
});

const start = (places: number, milliseconds: number, pod = 'pod') =>
  execa(process.execPath, [PROGRAM, directory, String(places), journal, String(milliseconds), pod]);
/** Each time another pod, as most volumes are of pods of their own. */
let pods = 0;
const anyPod = () => {
  pods += 1;
  return { uid: `pod-${pods}`, namespace: 'default' };
};
const lines = () => readFileSync(journal, 'utf8').split('\n').filter(Boolean);

describe('the places of a node', () => {
  const memory = (gibibytes: number) => `MemTotal: 1 kB\nMemAvailable:   ${gibibytes * 1024 * 1024} kB\n`;

  test.each([
    [24, 2, 128],
    [24, 16, 384],
    [1, 16, 16],
    [0.1, 4, 1],
    [0.01, 4, 1],
  ])('with %s GiB available and %i cores are %i', (gibibytes, cores, places) => {
    expect(placesOfNode(memory(gibibytes), cores)).toBe(places);
  });

  test('is one where the memory is not known', () => {
    expect(placesOfNode('', 8)).toBe(1);
  });
});

describe('the gate', () => {
  test('lets no more processes in at a time than it has places, and all in the end', async () => {
    // Long enough that two are seen inside together, far shorter than a place may be held.
    await Promise.all(Array.from({ length: 9 }, (_, index) => start(2, 500, `pod-${index}`)));
    let inside = 0;
    let most = 0;
    for (const line of lines()) {
      inside += line.startsWith('in ') ? 1 : -1;
      most = Math.max(most, inside);
    }
    expect(lines()).toHaveLength(18);
    expect(most).toBe(2);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('lets them in by order of arrival', async () => {
    const order: number[] = [];
    const enter = (turn: number) =>
      passGate(directory, 1, anyPod(), never, async () => {
        order.push(turn);
        await delay(5);
      });
    await Promise.all(Array.from({ length: 20 }, (_, turn) => enter(turn)));
    expect(order).toEqual(Array.from({ length: 20 }, (_, turn) => turn));
  });

  test('gives the place of a killed process to the next', async () => {
    const first = start(1, 60_000);
    while (lines().length === 0) await delay(20);
    const second = start(1, 1);
    await delay(200);
    expect(lines()).toHaveLength(1);
    first.kill('SIGKILL');
    await first.catch(() => undefined);
    await second;
    expect(lines().slice(1)).toEqual([`in ${second.pid}`, `out ${second.pid}`]);
  });

  test('ends a wait with the reason of its abort, and gives the ticket back', async () => {
    const abort = new AbortController();
    const reason = new Error('deadline');
    await passGate(directory, 1, anyPod(), never, async () => {
      const waiting = passGate(directory, 1, anyPod(), abort.signal, async () => 'in');
      abort.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      expect(readdirSync(directory)).toHaveLength(1);
    });
  });

  test('lets the next one in when a place was held too long', { timeout: 120_000 }, async () => {
    const slow = passGate(directory, 1, anyPod(), never, () => delay(8000, 'slow'));
    expect(await passGate(directory, 1, anyPod(), never, async () => 'next')).toBe('next');
    expect(await slow).toBe('slow');
  });

  test('shares its places by pod: the volumes of one wait for each other, and for nobody else', async () => {
    const order: string[] = [];
    const release = Promise.withResolvers<void>();
    const greedy = { uid: 'greedy', namespace: 'one' };
    const enter = (pod: typeof greedy, hold: Promise<void> | undefined) =>
      passGate(directory, 4, pod, never, async () => {
        order.push(pod.uid);
        await hold;
      });
    const many = Array.from({ length: 12 }, () => enter(greedy, release.promise));
    while (order.length < 2) await delay(5);
    await delay(200);
    expect(order).toEqual(['greedy', 'greedy']);
    // Two places are left for other pods, of any namespace, however many tickets the first pod has.
    await Promise.all(['other', 'third'].map((uid) => enter({ uid, namespace: 'one' }, undefined)));
    await enter({ uid: 'fourth', namespace: 'two' }, undefined);
    expect(order.slice(2).sort()).toEqual(['fourth', 'other', 'third']);
    release.resolve();
    await Promise.all(many);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('removes what killed processes left, wherever it is in the order', async () => {
    const first = start(1, 60_000, 'first');
    while (lines().length === 0) await delay(20);
    const second = start(1, 60_000, 'second');
    while (readdirSync(directory).length < 2) await delay(20);
    for (const killed of [first, second]) killed.kill('SIGKILL');
    await Promise.allSettled([first, second]);
    await passGate(directory, 1, anyPod(), never, async () => undefined);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('passes on what the action throws', async () => {
    const error = new Error('no');
    await expect(passGate(directory, 1, anyPod(), never, () => Promise.reject(error))).rejects.toBe(error);
    expect(readdirSync(directory)).toEqual([]);
  });
});
