// @release: kubelet
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deletePod, inPod, mountPath, startPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials } from '../cluster/volumes.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

// The mock's NMI gives identities to pods of `default`.
const state = readState();
const seed = await loadSeed();
const tenantid = principalOf(seed, 'reader').tenant;

beforeAll(() => applyCredentials(state, seed));

// The option sets that the predecessor documented; only the vault, its objects and the tenant are ours.
const manifests: {
  name: string;
  options: Record<string, string>;
  identity: boolean;
  files: Record<string, string>;
}[] = [
  {
    name: 'lists',
    identity: false,
    options: {
      usepodidentity: 'false',
      keyvaultname: 'testkv',
      keyvaultobjectnames: 'plain;db-password',
      keyvaultobjecttypes: 'secret;secret',
      keyvaultobjectversions: '',
      resourcegroup: '',
      subscriptionid: '',
      tenantid,
    },
    files: { plain: latest('plain'), 'db-password': latest('db-password') },
  },
  {
    name: 'versions-and-aliases',
    identity: false,
    options: {
      usepodidentity: 'false',
      keyvaultname: 'testkv',
      keyvaultobjectnames: 'plain;db-password',
      keyvaultobjectaliases: 'secret.txt;',
      keyvaultobjecttypes: 'secret;secret',
      keyvaultobjectversions: `${secretOf(seed, 'testkv', 'plain', 1).version};`,
      resourcegroup: 'testresourcegroup',
      subscriptionid: 'testsub',
      tenantid,
    },
    files: { 'secret.txt': secretOf(seed, 'testkv', 'plain', 1).value, 'db-password': latest('db-password') },
  },
  {
    name: 'singular',
    identity: false,
    options: {
      usepodidentity: 'false',
      keyvaultname: 'testkv',
      keyvaultobjectname: 'plain',
      keyvaultobjecttype: 'secret',
      keyvaultobjectversion: secretOf(seed, 'testkv', 'plain', 0).version,
      resourcegroup: 'testresourcegroup',
      subscriptionid: 'testsub',
      tenantid,
    },
    files: { plain: secretOf(seed, 'testkv', 'plain', 0).value },
  },
  {
    name: 'pod-identity',
    identity: true,
    options: {
      usepodidentity: 'true',
      keyvaultname: 'testkv',
      keyvaultobjectnames: 'plain',
      keyvaultobjecttypes: 'secret',
      keyvaultobjectversions: '',
      resourcegroup: '',
      subscriptionid: '',
      tenantid: '',
    },
    files: { plain: latest('plain') },
  },
];

afterAll(async () => {
  for (const { name } of manifests) await deletePod(state, `predecessor-${name}`);
});

test.each(manifests)(
  'a manifest of the predecessor works unchanged: $name',
  async ({ name, options, identity, files }) => {
    const pod = `predecessor-${name}`;
    const secretRef = identity ? {} : { secretRef: { name: 'kvcreds' } };
    // as there: the volume itself is not declared read-only, only its mount in the container is
    await startPod(state, {
      name: pod,
      mountReadOnly: true,
      volume: { flexVolume: { driver: 'azure/kv', ...secretRef, options } },
    });
    expect((await inPod(state, pod, 'ls', mountPath)).split('\n')).toEqual(Object.keys(files).toSorted());
    for (const [file, value] of Object.entries(files)) expect(await textInPod(state, pod, file)).toBe(value);
  },
);

function latest(name: string): string {
  return secretOf(seed, 'testkv', name).value;
}
