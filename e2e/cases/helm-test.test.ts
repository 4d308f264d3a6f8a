// @release: Helm
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../cluster/kubectl.ts';
import { whyItWaits } from '../cluster/pods.ts';
import { productNamespace, testProduct, upgradeProduct } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, credentialsSecret } from '../cluster/volumes.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();

beforeAll(() => applyCredentials(state, seed, productNamespace));
afterAll(async () => {
  const left = ['pod/keyvault-flexvol-test', `secret/${credentialsSecret}`];
  await kubectl(state, ['-n', productNamespace, 'delete', '--ignore-not-found', ...left]);
  await upgradeProduct(state);
});

test('helm test mounts a volume from the vault, and says how many bytes each file has', async () => {
  await upgradeProduct(state, ...testOptions('plain;multiline'));
  const said = await testProduct(state);
  for (const name of ['plain', 'multiline']) expect(said).toContain(`/vault/${name}: ${bytesOf(name)} bytes`);
  expect(said).toMatch(/Phase: +Succeeded/);
});

test('helm test fails where the vault does not have the object, and the pod’s event says so', async () => {
  await upgradeProduct(state, ...testOptions('no-such-secret'));
  await expect(testProduct(state, '15s')).rejects.toThrow(/keyvault-flexvol-test not ready/);
  const pod = `${productNamespace}/keyvault-flexvol-test`;
  await whyItWaits(state, pod, 'ObjectNotFound: secret "no-such-secret"');
});

function testOptions(names: string): string[] {
  const options = {
    tenantid: principalOf(seed, 'reader').tenant,
    keyvaultname: 'testkv',
    keyvaultobjectnames: names,
    keyvaultobjecttypes: names.replaceAll(/[^;]+/g, 'secret'),
  };
  const settings = Object.entries(options).map(([name, value]) => `tests.options.${name}=${value}`);
  return [...settings, `tests.secretName=${credentialsSecret}`].flatMap((one) => ['--set-string', one]);
}

function bytesOf(name: string): number {
  return Buffer.byteLength(secretOf(seed, 'testkv', name).value);
}
