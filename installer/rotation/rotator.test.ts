import { mkdirSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DriverError } from '../../driver/errors.ts';
import { computeAlone } from '../../driver/forms/breathe.ts';
import { defaultNodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { validOptions } from '../../driver/options/testing/valid-options.ts';
import type { PlacedRecord } from '../../driver/record/record.ts';
import { noAttributes } from '../agent/testing/no-attributes.ts';
import { createFairLimiter } from './fair-limiter.ts';
import { Rotator, type RotatorSettings } from './rotator.ts';
import { placedRecord } from './testing/placed-record.ts';

/** A node with records in a directory, and a vault that answers or not. */
const MINUTE = 60;
let run = '';
let now = 0;
let reads: string[] = [];
let isAway = false;
let pending: Promise<void> | undefined;
let replaced: 'unchanged' | 'gone' = 'unchanged';
const logged: string[] = [];
const { 'kubernetes.io/pod.namespace': namespaceOfPods = '' } = validOptions as Record<string, string>;

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'rotator-'));
  mkdirSync(join(run, 'records'));
  now = 1000;
  reads = [];
  isAway = false;
  pending = undefined;
  replaced = 'unchanged';
  logged.length = 0;
});
afterEach(() => rmSync(run, { recursive: true }));

function record(name: string, pod: string, changes: Partial<PlacedRecord> = {}): void {
  writeFileSync(join(run, 'records', name.repeat(32)), JSON.stringify(placedRecord(pod, changes)));
}

function rotator(limit: RotatorSettings['limit'] = (_, task) => task(), limitFailing = limit): Rotator {
  return new Rotator({
    runDirectory: run,
    bootId: '',
    uptime: () => now,
    log: (_, event) => void logged.push(event),
    counts: { rotated: () => undefined, reporting: () => undefined },
    nodeConfig: async () => defaultNodeConfig,
    limit,
    limitFailing,
    computeFor: () => computeAlone,
    readerFor: () => ({
      async read({ pod, items }) {
        reads.push(pod.name);
        await pending;
        if (isAway) throw new DriverError('VaultUnreachable', 'away');
        return items.map(({ vault, source }) => [
          {
            vault,
            name: source.kind === 'named' ? source.name : '',
            version: '1'.repeat(32),
            content: { type: 'secret', value: 'x', contentType: undefined },
            attributes: noAttributes,
          },
        ]);
      },
    }),
    replaceFiles: () => replaced,
    findToken: () => Promise.reject(new Error('no token')),
    signalPod: undefined,
  });
}

/** Has it begun to read, and waits for the answer until the function is called. */
async function readingHeld(agent: Rotator, pod?: string): Promise<() => void> {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  pending = promise;
  now = 1200;
  const held = pod === undefined ? agent.tick() : agent.rotateNow({ namespace: namespaceOfPods, name: pod });
  held.catch(() => undefined);
  while (reads.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  return release;
}

/** When volumes were read, in seconds after the start, while one agent looks every five seconds. */
async function timesOfReads(agent: Rotator, seconds: number): Promise<number[]> {
  const times: number[] = [];
  for (const end = now + seconds; now < end; now += 5) {
    const before = reads.length;
    await agent.tick();
    if (reads.length > before) times.push(now - 1000);
  }
  return times;
}

test('a volume is read at each moment of its interval, whatever the clock on the wall says', async () => {
  record('a', 'web');
  // Mounted at 990, so first at 1200.
  expect(await timesOfReads(rotator(), 20 * MINUTE)).toEqual([200, 500, 800, 1100]);
});

test('volumes of one interval are read at the same moment', async () => {
  record('a', 'one');
  record('b', 'two', { mountedUptime: 999 });
  expect(await timesOfReads(rotator(), 6 * MINUTE)).toEqual([200]);
  expect(reads.toSorted()).toEqual(['one', 'two']);
});

test('an agent that is started anew goes on where the last one ended', async () => {
  record('a', 'web');
  expect(await timesOfReads(rotator(), 210)).toEqual([200]);
  expect(await timesOfReads(rotator(), 5 * MINUTE)).toEqual([500]);
});

test('after a failure it is tried again after a minute, then two, and told once', async () => {
  record('a', 'web', { rotation: { interval: 86_400_000, ofPredecessor: true, onlyPinned: false } });
  isAway = true;
  now = 86_400;
  const agent = rotator();
  const times = (await timesOfReads(agent, 10 * MINUTE)).map((time) => time - 85_400);
  expect(times).toEqual([0, 60, 180, 420]);
  expect(logged).toEqual(['rotation-failed']);
  isAway = false;
  await timesOfReads(agent, 20 * MINUTE);
  expect(logged).toEqual(['rotation-failed', 'rotation-recovered']);
});

test('a volume that started with what was known of old is read within a quarter of a minute', async () => {
  record('a', 'web', {
    isStale: true,
    rotation: { interval: 86_400_000, ofPredecessor: true, onlyPinned: false },
  });
  expect(await timesOfReads(rotator(), 5 * MINUTE)).toEqual([5]);
});

test('a volume that is being read is not read a second time meanwhile; who asks then gets a reading of after that', async () => {
  record('a', 'web');
  const agent = rotator();
  const release = await readingHeld(agent);
  const asked = [agent.rotateNow('all'), agent.rotateNow('all')];
  expect(await agent.tick()).toEqual([]);
  expect(reads).toEqual(['web']);
  release();
  expect(await Promise.all(asked)).toMatchObject([[{ result: 'unchanged' }], [{ result: 'unchanged' }]]);
  // One more for both of them.
  expect(reads).toEqual(['web', 'web']);
});

test('a volume that waits for its turn is read once, whoever asks', async () => {
  record('a', 'one');
  record('b', 'two');
  const agent = rotator(createFairLimiter(1));
  const release = await readingHeld(agent);
  const asked = agent.rotateNow({ namespace: namespaceOfPods, name: 'two' });
  release();
  expect(await asked).toMatchObject([{ pod: 'two', result: 'unchanged' }]);
  expect(reads).toEqual(['one', 'two']);
});

test('volumes that could not be read and take their time again keep no other one waiting', async () => {
  record('a', 'hangs');
  isAway = true;
  const agent = rotator(createFairLimiter(1), createFairLimiter(1));
  await agent.rotateNow('all');
  isAway = false;
  record('b', 'well');
  reads = [];
  const release = await readingHeld(agent, 'hangs');
  pending = undefined;
  expect(await agent.rotateNow({ namespace: namespaceOfPods, name: 'well' })).toMatchObject([
    { pod: 'well', result: 'unchanged' },
  ]);
  release();
});

test('a record whose volume is not there is not read for at each look', async () => {
  record('a', 'web');
  replaced = 'gone';
  expect(await timesOfReads(rotator(), 20 * MINUTE)).toEqual([200, 500, 800, 1100]);
});

test('only the volumes of the pod that is named are read now', async () => {
  record('a', 'one');
  record('b', 'two');
  expect(await rotator().rotateNow({ namespace: namespaceOfPods, name: 'two' })).toMatchObject([
    { pod: 'two' },
  ]);
  expect(await rotator().rotateNow({ namespace: 'other', name: 'two' })).toEqual([]);
});

test('nothing is left of a volume that went while it was read', async () => {
  record('a', 'web');
  const agent = rotator();
  const release = await readingHeld(agent);
  unlinkSync(join(run, 'records', 'a'.repeat(32)));
  release();
  await agent.rotateNow('all');
  await agent.tick();
  expect(readdirSync(join(run, 'records'))).toEqual([]);
});

test.each(['{', '{"schemaVersion":2}', '', '[]'])(
  'a record that is none (%j) is passed over',
  async (text) => {
    writeFileSync(join(run, 'records', 'a'.repeat(32)), text);
    record('b', 'web');
    now = 1200;
    expect(await rotator().tick()).toMatchObject([{ pod: 'web' }]);
  },
);
