import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deletePod, inPod, mountPath, readInPod, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { derOf, keyOf, loadSeed, secretOf } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const pod = 'stand-alone';
const vault = 'testkv';
const oldVersion = secretOf(seed, vault, 'plain', 0).version;

const objects: [type: string, name: string, version?: string][] = [
  ['secret', 'plain', oldVersion],
  ['secret', 'multiline'],
  ['secret', 'non-ascii'],
  ['secret', 'large'],
  ['key', 'rsa-2048'],
  ['key', 'ec-p256'],
  ['key', 'rsa-hsm'],
  ['cert', 'chain-pkcs12'],
];

beforeAll(async () => {
  await applyCredentials(state, seed);
  await startPod(state, { name: pod, volume: readerVolume(seed, objects) });
});
afterAll(() => deletePod(state, pod));

test('the volume shows one file for each object, and nothing else', async () => {
  const listing = await inPod(state, pod, 'ls', mountPath);
  expect(listing.split('\n')).toEqual(objects.map(([, name]) => name).toSorted());
});

test.each([
  ['plain', oldVersion],
  ['multiline', undefined],
  ['non-ascii', undefined],
  ['large', undefined],
])('the file of secret %s holds its value, byte for byte', async (name, version) => {
  const value = secretOf(seed, vault, name, version).value;
  expect(await readInPod(state, pod, name)).toEqual(Buffer.from(value, 'utf8'));
});

test.each(['rsa-2048', 'ec-p256', 'rsa-hsm'])('the file of key %s is its public key in PEM', async (name) => {
  const pem = (await readInPod(state, pod, name)).toString('ascii');
  expect(pem.trimEnd()).toBe(publicKeyPem(name).trimEnd());
});

test('the file of a certificate is its DER', async () => {
  expect(await readInPod(state, pod, 'chain-pkcs12')).toEqual(derOf(seed, vault, 'chain-pkcs12'));
});

/** SubjectPublicKeyInfo in PEM, made from the seed's JWK; for Node an HSM's key is of the plain type. */
function publicKeyPem(name: string): string {
  const { kty, ...fields } = keyOf(seed, vault, name).key;
  const key = createPublicKey({ key: { ...fields, kty: kty.replace('-HSM', '') }, format: 'jwk' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
