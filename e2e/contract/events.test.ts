import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { principalOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const SPOOL = '/run/keyvault-flexvol/events';
const scene = setScene();

beforeEach(() => rmSync(SPOOL, { recursive: true, force: true }));

function events(): Record<string, unknown>[] {
  return readdirSync(SPOOL).flatMap((name) =>
    readFileSync(join(SPOOL, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

const milliseconds = expect.any(Number);

test('init leaves no event, and no spool', async () => {
  await scene.kubelet.init();
  expect(existsSync(SPOOL)).toBe(false);
});

test('a mount and its unmount leave an event each', async () => {
  const volume = volumeOf(scene, 'told');
  await scene.kubelet.mount(volume);
  await scene.kubelet.unmount(volume);
  const [mounted, unmounted] = events();
  expect(mounted).toEqual({
    schemaVersion: 1,
    time: expect.stringMatching(/^20\d\d-.*Z$/),
    callOut: 'mount',
    code: 'Success',
    pod: { namespace: 'default', name: 'told', uid: 'uid-of-told', serviceAccount: 'default' },
    volume: 'kv',
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    identity: 'service-principal',
    durationsMs: {
      wait: milliseconds,
      token: milliseconds,
      fetch: milliseconds,
      write: milliseconds,
      mount: milliseconds,
      total: milliseconds,
    },
    vaultRequests: { 200: 1 },
    tokenRequests: { 200: 1 },
    driverVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
    source: 'direct',
    objectCount: 1,
    objects: [{ type: 'secret', name: 'plain', vault: 'testkv' }],
  });
  expect(unmounted).toMatchObject({
    callOut: 'unmount',
    code: 'Success',
    pod: { uid: 'uid-of-told' },
    volume: 'kv',
    id: mounted?.['id'],
  });
});

test('a failure is told as kubelet is told it', async () => {
  const reader = principalOf(scene.azure.seed, 'reader');
  const refused = await scene.kubelet.mount(
    volumeOf(scene, 'refused', { secret: { clientid: reader.clientId, clientsecret: 'wrong' } }),
  );
  const faulty = await scene.kubelet.mount(
    volumeOf(scene, 'faulty', { options: { keyvaultobjecttypes: 'secrets' } }),
  );
  expect(events()).toMatchObject([
    {
      code: 'CredentialRejected',
      message: refused.status.message,
      pod: { name: 'refused' },
      tokenRequests: { 401: 1 },
    },
    { code: 'OptionsInvalid', message: faulty.status.message, pod: { name: 'faulty' }, objects: [] },
  ]);
});

test('each request counts, one that had to be repeated too', async () => {
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, times: 1, action: { status: 503 } }] });
  await scene.kubelet.mount(volumeOf(scene, 'repeated'));
  expect(events()).toMatchObject([{ code: 'Success', vaultRequests: { 200: 1, 503: 1 } }]);
});

test('what waits for Azure at the deadline is seen in its phase', async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
  scene.azure.setFaults({ latencyMs: 60_000 });
  const { status } = await scene.kubelet.mount(volumeOf(scene, 'hangs'));
  const [event] = events();
  expect(event).toMatchObject({ code: status.message?.split(':', 1)[0] });
  const durations = new Map(Object.entries(event?.['durationsMs'] ?? {}));
  expect(durations.get('token')).toBeGreaterThan(3000);
});

describe('a volume is mounted and unmounted all the same when', () => {
  test.each<[string, () => Promise<unknown> | undefined]>([
    ['a file is in the way of the spool', () => void writeFileSync(SPOOL, '')],
    ['the spool is a link', () => void symlinkSync('/tmp', SPOOL)],
    ['a directory is in the way of its file', () => directoryInTheWay()],
    ['its file is a pipe that nobody reads', () => pipeInTheWay()],
    ['the spool is read-only', () => mountedOn('ro')],
    ['the spool is full', () => mountedOn('size=4k,nr_inodes=1')],
  ])('%s', async (name, prepare) => {
    mkdirSync('/run/keyvault-flexvol', { recursive: true });
    await prepare();
    try {
      const volume = volumeOf(scene, name.replaceAll(' ', '-').toLowerCase());
      expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
      expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
    } finally {
      await execa('umount', [SPOOL], { reject: false });
    }
  });
});

function directoryInTheWay(): undefined {
  mkdirSync(join(SPOOL, 'events.1.jsonl'), { recursive: true });
}

function pipeInTheWay() {
  mkdirSync(SPOOL);
  return execa('mkfifo', [join(SPOOL, 'events.1.jsonl')]);
}

function mountedOn(options: string) {
  mkdirSync(SPOOL);
  return execa('mount', ['-t', 'tmpfs', '-o', options, 'spool', SPOOL]);
}
