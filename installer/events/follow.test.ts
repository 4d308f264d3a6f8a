import { appendFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { appendToSpool } from '../../driver/telemetry/spool.ts';
import { Metrics } from '../metrics/metrics.ts';
import { type NodeDirectory, nodeDirectory } from '../testing/node-directory.ts';
import { Follower } from './follow.ts';

const eventOf = (changes: object = {}) =>
  `${JSON.stringify({
    schemaVersion: 1,
    time: '2026-01-02T03:04:05.678Z',
    callOut: 'mount',
    code: 'Success',
    pod: { name: 'web-0' },
    identity: 'pod-identity',
    durationsMs: { token: 30, total: 60 },
    vaultRequests: { 200: 8 },
    tokenRequests: { 200: 1 },
    source: 'direct',
    ...changes,
  })}\n`;

function followerOf({ settings }: NodeDirectory) {
  const spool = join(settings.runDirectory, 'events');
  const metrics = new Metrics('1.2.3', settings.runDirectory);
  const logged: { level: string; event: string; fields: unknown }[] = [];
  const follower = new Follower({
    spool,
    metrics,
    log: (level, event, fields) => logged.push({ level, event, fields }),
  });
  const value = async (name: string) =>
    (await metrics.registry.getSingleMetric(`keyvault_flexvol_${name}`)?.get())?.values.reduce(
      (sum, { value }) => sum + value,
      0,
    );
  return { follower, spool, logged, metrics, value };
}

test('each event becomes a line of the log and is counted, once', async () => {
  await using node = await nodeDirectory();
  const { follower, spool, logged, metrics, value } = followerOf(node);
  appendToSpool(spool, eventOf());
  appendToSpool(spool, eventOf({ code: 'PolicyDenied', message: 'PolicyDenied: no' }));
  await follower.read();
  await follower.read();
  expect(logged).toMatchObject([
    { level: 'info', event: 'mount', fields: { code: 'Success', pod: { name: 'web-0' } } },
    { level: 'warning', event: 'mount', fields: { code: 'PolicyDenied', message: 'PolicyDenied: no' } },
  ]);
  expect(await metrics.registry.metrics()).toContain(
    'keyvault_flexvol_callouts_total{callout="mount",code="Success",identity="pod-identity",source="direct"} 1',
  );
  expect(await value('vault_requests_total')).toBe(16);
  expect(await value('policy_denials_total')).toBe(1);
});

test('a restart counts what came meanwhile, and nothing twice', async () => {
  await using node = await nodeDirectory();
  const first = followerOf(node);
  appendToSpool(first.spool, eventOf());
  await first.follower.read();
  appendToSpool(first.spool, eventOf({ callOut: 'unmount' }));
  const second = followerOf(node);
  await second.follower.read();
  expect(second.logged.map(({ event }) => event)).toEqual(['unmount']);
});

test('a line that is being written is read when it is whole', async () => {
  await using node = await nodeDirectory();
  const { follower, spool, logged } = followerOf(node);
  await mkdir(spool, { recursive: true });
  const file = join(spool, 'events.1.jsonl');
  await writeFile(file, eventOf().slice(0, 40));
  await follower.read();
  expect(logged).toEqual([]);
  await appendFile(file, eventOf().slice(40));
  await follower.read();
  expect(logged).toHaveLength(1);
});

test('it goes on from file to file, and tells of files that went unread', async () => {
  await using node = await nodeDirectory();
  const { follower, spool, logged, value } = followerOf(node);
  appendToSpool(spool, eventOf());
  await follower.read();
  await appendFile(join(spool, 'events.1.jsonl'), eventOf());
  await writeFile(join(spool, 'events.2.jsonl'), eventOf());
  await follower.read();
  expect(logged).toHaveLength(3);
  await rm(join(spool, 'events.1.jsonl'));
  await rm(join(spool, 'events.2.jsonl'));
  await writeFile(join(spool, 'events.5.jsonl'), eventOf());
  await follower.read();
  expect(logged).toHaveLength(4);
  expect(await value('spool_lost_files_total')).toBeGreaterThan(0);
});

test.each<[string, (spool: string) => Promise<unknown>]>([
  ['was truncated', (spool) => truncate(join(spool, 'events.3.jsonl'))],
  ['was removed and made anew', (spool) => rm(spool, { recursive: true })],
])('a spool that %s is read from its beginning', async (_, change) => {
  await using node = await nodeDirectory();
  const { follower, spool, logged } = followerOf(node);
  await mkdir(spool, { recursive: true });
  await writeFile(join(spool, 'events.3.jsonl'), eventOf() + eventOf());
  await follower.read();
  await change(spool);
  appendToSpool(spool, eventOf({ callOut: 'unmount' }));
  await follower.read();
  expect(logged.map(({ event }) => event)).toEqual(['mount', 'mount', 'unmount']);
});

test('what is no event is counted as dropped, and makes no label of its own', async () => {
  await using node = await nodeDirectory();
  const { follower, spool, logged, metrics, value } = followerOf(node);
  appendToSpool(spool, 'not JSON\n');
  appendToSpool(spool, eventOf({ schemaVersion: 2 }));
  appendToSpool(spool, `${'x'.repeat(5000)}\n`);
  appendToSpool(spool, `${'x'.repeat(200_000)}\n`);
  appendToSpool(
    spool,
    eventOf({ code: 'Forged', identity: 'forged', vaultRequests: { 999: 1 }, source: 'x' }),
  );
  await follower.read();
  expect(logged).toHaveLength(1);
  expect(await value('spool_dropped_lines_total')).toBeGreaterThanOrEqual(4);
  const text = await metrics.registry.metrics();
  expect(text).not.toMatch(/[Ff]orged|999/);
  expect(text).toContain('{callout="mount",code="other",identity="other",source="other"} 1');
});

test('what comes is seen at once, also in a spool that was not there', async () => {
  await using node = await nodeDirectory();
  const { follower, spool, logged } = followerOf(node);
  appendToSpool(spool, eventOf());
  await follower.read();
  appendToSpool(spool, eventOf({ callOut: 'unmount' }));
  for (let tries = 0; logged.length < 2 && tries < 40; tries++) await delay(50);
  expect(logged.map(({ event }) => event)).toEqual(['mount', 'unmount']);
  expect(JSON.parse(await readFile(join(spool, '.position.json'), 'utf8'))).toMatchObject({ file: 1 });
});
