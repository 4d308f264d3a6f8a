import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { secretOf } from '../mock/seed.ts';
import { expectedBytes } from './expected.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

const eight = [
  ['secret', 'plain'],
  ['secret', 'multiline'],
  ['secret', 'non-ascii'],
  ['secret', 'large'],
  ['key', 'rsa-2048'],
  ['key', 'ec-p256'],
  ['cert', 'chain-pkcs12'],
  ['cert', 'ec-pem'],
] as const;

function listsOf(objects: readonly (readonly [string, string])[]) {
  return {
    keyvaultobjecttypes: objects.map(([type]) => type).join(';'),
    keyvaultobjectnames: objects.map(([, name]) => name).join(';'),
  };
}

describe('a volume of eight objects', () => {
  test('holds each byte for byte, and costs one token and eight objects in two round trips', async () => {
    // Long enough that requests at the same time are seen to overlap.
    scene.azure.setFaults({ latencyMs: 2000 });
    const volume = volumeOf(scene, 'eight', { options: listsOf(eight) });
    const result = await scene.kubelet.mount(volume);
    expect(result).toMatchObject({ exitCode: 0, output: '{"status":"Success"}\n' });
    const directory = scene.kubelet.directoryOf(volume);
    for (const [type, name] of eight) {
      expect(readFileSync(join(directory, name)), `${type} ${name}`).toEqual(
        expectedBytes(scene.azure.seed, type, name),
      );
    }
    expect(scene.azure.counts()).toMatchObject({
      total: 9,
      depth: 2,
      byRole: { entra: 1, vault: 8 },
      byStatus: { 200: 9 },
    });
    expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
  });

  test("is laid out as kubelet's atomic writer does it", async () => {
    const volume = volumeOf(scene, 'layout', {
      options: { ...listsOf(eight.slice(0, 2)), keyvaultobjectaliases: 'tls/ca/one;two' },
    });
    await scene.kubelet.mount(volume);
    const directory = scene.kubelet.directoryOf(volume);
    const payload = readlinkSync(join(directory, '..data'));
    expect(payload).toMatch(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.[0-9a-f]+$/);
    expect(readdirSync(directory).sort()).toEqual([payload, '..data', 'tls', 'two'].sort());
    expect(readlinkSync(join(directory, 'tls'))).toBe('..data/tls');
    expect(readlinkSync(join(directory, 'two'))).toBe('..data/two');
    expect(lstatSync(join(directory, payload, 'tls', 'ca', 'one')).isFile()).toBe(true);
    await scene.kubelet.unmount(volume);
  });
});

const everyObject = [
  [
    'secret',
    [
      'plain',
      'MixedCase',
      'multiline',
      'crlf',
      'whitespace',
      'one-char',
      'binary-base64',
      'large',
      'expired',
      'tagged',
    ],
  ],
  ['key', ['rsa-2048', 'rsa-4096', 'rsa-hsm', 'ec-p256', 'ec-p384', 'ec-p521', 'ec-p256k', 'ec-hsm']],
  ['cert', ['chain-pkcs12', 'chain-pem', 'ec-pem', 'self-signed', 'not-exportable']],
] as const;

test.each(everyObject)('every kind of %s in one volume', async (type, names) => {
  const volume = volumeOf(scene, `every-${type}`, { options: listsOf(names.map((name) => [type, name])) });
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  for (const name of names) {
    const file = join(scene.kubelet.directoryOf(volume), name);
    expect(readFileSync(file), name).toEqual(expectedBytes(scene.azure.seed, type, name));
  }
  await scene.kubelet.unmount(volume);
});

test('versions pin some objects, and empty ones mean the latest', async () => {
  const older = {
    secret: secretOf(scene.azure.seed, 'testkv', 'plain', 0).version,
    key: scene.azure.seed.vaults[0]?.keys['ec-p256']?.[0]?.version ?? '',
    cert: scene.azure.seed.vaults[0]?.certificates['self-signed']?.[0]?.version ?? '',
  };
  const volume = volumeOf(scene, 'versions', {
    options: {
      keyvaultobjectnames: 'plain;plain;ec-p256;self-signed',
      keyvaultobjecttypes: 'secret;secret;key;cert',
      keyvaultobjectversions: `${older.secret};;${older.key.toUpperCase()};${older.cert}`,
      keyvaultobjectaliases: 'older;latest;;',
    },
  });
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  const read = (file: string) => readFileSync(join(scene.kubelet.directoryOf(volume), file));
  const { seed } = scene.azure;
  expect(read('older')).toEqual(expectedBytes(seed, 'secret', 'plain', older.secret));
  expect(read('latest')).toEqual(expectedBytes(seed, 'secret', 'plain'));
  expect(read('ec-p256')).toEqual(expectedBytes(seed, 'key', 'ec-p256', older.key));
  expect(read('self-signed')).toEqual(expectedBytes(seed, 'cert', 'self-signed', older.cert));
  await scene.kubelet.unmount(volume);
});

test('the singular options of the older form do the same', async () => {
  const { keyvaultobjectnames, keyvaultobjecttypes, ...rest } = volumeOf(scene, 'singular').options;
  const volume = {
    ...volumeOf(scene, 'singular'),
    options: {
      ...rest,
      keyvaultobjectname: 'ec-p256',
      keyvaultobjecttype: 'key',
      keyvaultobjectalias: 'key.pem',
    },
  };
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  const file = join(scene.kubelet.directoryOf(volume), 'key.pem');
  expect(readFileSync(file)).toEqual(expectedBytes(scene.azure.seed, 'key', 'ec-p256'));
  await scene.kubelet.unmount(volume);
});

test('an object that appears under several aliases is asked for once', async () => {
  const volume = volumeOf(scene, 'twice', {
    options: {
      keyvaultobjectnames: 'plain;PLAIN',
      keyvaultobjecttypes: 'secret;secret',
      keyvaultobjectaliases: 'a;b',
    },
  });
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 1 });
  await scene.kubelet.unmount(volume);
});
