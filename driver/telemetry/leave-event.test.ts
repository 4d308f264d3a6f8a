import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import { validOptions } from '../options/testing/valid-options.ts';
import { parseVolumeOptions } from '../options/volume-options.ts';
import { askedForBy } from '../read-volume.ts';
import { failure, success } from '../status.ts';
import { CallOutRecorder } from './call-out-recorder.ts';
import { formatEvent } from './event.ts';
import { eventOf, type FinishedCallOut } from './leave-event.ts';

const TARGET = '/var/lib/kubelet/pods/0b1c/volumes/azure~kv/vault';
const pod = {
  'kubernetes.io/pod.name': 'web-0',
  'kubernetes.io/pod.namespace': 'shop',
  'kubernetes.io/pod.uid': '0b1c',
  'kubernetes.io/serviceAccount.name': 'web',
};
const options = { ...validOptions, ...pod };
const time = new Date('2026-01-02T03:04:05.678Z');

async function lineOf(changes: Record<string, string>, finished: Partial<FinishedCallOut> = {}) {
  const recorder = new CallOutRecorder(() => 0);
  const json = JSON.stringify({ ...options, ...changes });
  await parseVolumeOptions(json, {}).then(
    (request) => recorder.asked(askedForBy(request)),
    () => undefined,
  );
  recorder.stagedAs('0123456789abcdef');
  const event = eventOf(
    {
      args: ['mount', TARGET, json],
      status: success,
      recorded: recorder.recorded(),
      total: 12.345,
      driverVersion: '1.2.3',
      ...finished,
    },
    time,
  );
  const line = formatEvent(event);
  return { line, event: JSON.parse(line) as Record<string, unknown> };
}

test('a mount tells for whom, with which identity, which objects, and how it went', async () => {
  const { event } = await lineOf({ keyvaultobjectnames: 'db;site', keyvaultobjecttypes: 'secret;cert' });
  expect(event).toEqual({
    schemaVersion: 1,
    time: '2026-01-02T03:04:05.678Z',
    callOut: 'mount',
    code: 'Success',
    pod: { namespace: 'shop', name: 'web-0', uid: '0b1c', serviceAccount: 'web' },
    volume: 'vault',
    id: '0123456789abcdef',
    identity: 'service-principal',
    durationsMs: { total: 12.3 },
    vaultRequests: {},
    tokenRequests: {},
    driverVersion: '1.2.3',
    source: 'direct',
    objectCount: 2,
    objects: [
      { type: 'secret', name: 'db', vault: validOptions['keyvaultname'] },
      { type: 'cert', name: 'site', vault: validOptions['keyvaultname'] },
    ],
  });
});

test('an unmount, of which kubelet tells only the directory, tells pod and volume by it', async () => {
  const { event } = await lineOf(
    {},
    { args: ['unmount', TARGET], recorded: new CallOutRecorder(() => 0).recorded() },
  );
  expect(event).toMatchObject({ callOut: 'unmount', pod: { uid: '0b1c' }, volume: 'vault', objects: [] });
});

test('a failure tells its code and what kubelet was told', async () => {
  const status = failure(new DriverError('AccessDenied', 'no\nway'));
  const { event } = await lineOf({}, { status });
  expect(event).toMatchObject({ code: 'AccessDenied', message: 'AccessDenied: no way' });
});

test('options that are faulty still tell whose they are, and nothing else of them', async () => {
  const { line, event } = await lineOf(
    { keyvaultobjecttypes: 'secrets', extra: 'canary' },
    { status: failure(new DriverError('OptionsInvalid', 'many faults')) },
  );
  expect(event).toMatchObject({ code: 'OptionsInvalid', pod: { namespace: 'shop', name: 'web-0' } });
  expect(line).not.toContain('canary');
});

describe('nothing but the fields of an event is told:', () => {
  test.each(['kubernetes.io/secret/clientid', 'kubernetes.io/secret/clientsecret', 'tenantid'])(
    'not %s',
    async (key) => {
      const { line } = await lineOf({});
      expect(options[key as keyof typeof options].length).toBeGreaterThan(8);
      expect(line).not.toContain(options[key as keyof typeof options]);
    },
  );
});

test('a line that a pod’s author writes into a message or a name stays part of the text', async () => {
  const forged = '"}\n{"schemaVersion":1,"code":"Success"}\u2028\u001b[2J';
  const { line, event } = await lineOf(
    { 'kubernetes.io/pod.name': forged },
    { status: { status: 'Failure', message: `Internal: ${forged}` } },
  );
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(line).toMatch(/^[ -~]+\n$/);
  expect(event).toMatchObject({ code: 'Internal', pod: { name: forged }, message: `Internal: ${forged}` });
});

test.each(['', 'not JSON', '[]', 'null', '{"kubernetes.io/pod.name":{}}'])(
  'options that are %j do no harm',
  async (json) => {
    const { event } = await lineOf(
      {},
      { args: ['mount', TARGET, json], recorded: new CallOutRecorder(() => 0).recorded() },
    );
    expect(event).toMatchObject({ callOut: 'mount', pod: { uid: '0b1c' }, objects: [] });
  },
);
