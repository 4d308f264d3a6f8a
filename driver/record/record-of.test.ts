import { expect, test } from 'vitest';
import { defaultNodeConfig } from '../nodeconfig/node-config.ts';
import { validOptions } from '../options/testing/valid-options.ts';
import { parseVolumeOptions } from '../options/volume-options.ts';
import type { FoundObject } from '../ports.ts';
import { recordOf } from './record-of.ts';
import { objectsOf, summaryOf } from './summary-of.ts';

const CANARY = 'canary-of-the-record';
const found: FoundObject = {
  vault: 'testkv',
  name: 'a',
  version: '1'.repeat(32),
  content: { type: 'secret', value: CANARY, contentType: undefined },
  attributes: {
    contentType: undefined,
    tags: { tag: CANARY },
    notBefore: undefined,
    expires: 4_000_000_000_000,
    created: undefined,
    updated: undefined,
  },
};

async function recorded(
  changes: Record<string, string>,
  keepServicePrincipals: boolean,
  readAt?: number,
  httpsProxy = `http://user:${CANARY}@proxy:1`,
) {
  const json = JSON.stringify({ ...validOptions, ...changes });
  const request = await parseVolumeOptions(json, defaultNodeConfig.clouds);
  const form = { readOnly: true, fileMode: 0o644, uid: 0, gid: 0, rootMode: 0o755 };
  const rotation = { defaultInterval: 'off', keepServicePrincipals } as const;
  const environment = { proxy: { httpsProxy } };
  return recordOf(JSON.parse(json), summaryOf(request, [[{ ...found, readAt }]], form, rotation), {
    environment,
    driverVersion: '1.2.3',
  });
}

const secret = { 'kubernetes.io/secret/pfxpassword': btoa(CANARY) };

test.each([
  ['that rotates, where secrets may be kept', { rotationinterval: '5m' }, true, 'kept'],
  ['that rotates, where they may not', { rotationinterval: '5m' }, false, 'left-out'],
  ['that does not rotate', {}, true, 'left-out'],
] as const)('the Secret of a volume %s', async (_, changes, keep, outcome) => {
  const record = await recorded({ ...secret, ...changes }, keep);
  expect(record.secret).toBe(outcome);
  const isThere = Object.keys(record.options).some((key) => key.startsWith('kubernetes.io/secret/'));
  expect(isThere).toBe(outcome === 'kept');
});

test('the Secret of a volume that started with what was known of old is kept, to read it again', async () => {
  expect((await recorded(secret, true, 1000)).secret).toBe('kept');
  expect((await recorded(secret, false, 1000)).secret).toBe('left-out');
});

test('nothing that could be a value is in the record of a volume that does not rotate', async () => {
  const text = JSON.stringify(await recorded(secret, true));
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain(btoa(CANARY));
});

test('the proxy of a volume that does not rotate is kept where it has no password, to read it by the same way', async () => {
  const plain = await recorded({}, true, undefined, 'http://proxy:1');
  expect(plain.environment).toEqual({ proxy: { httpsProxy: 'http://proxy:1' } });
  expect(plain.proxyLeftOut).toBeUndefined();
  const secretive = await recorded({}, true);
  expect(secretive).toMatchObject({ environment: undefined, proxyLeftOut: true });
});

test('objects are told once each, by name, version and expiry', () => {
  expect(objectsOf([[found], [found, { ...found, name: 'A' }], []])).toEqual([
    { type: 'secret', vault: 'testkv', name: 'A', version: '1'.repeat(32), expires: 4_000_000_000_000 },
  ]);
});
