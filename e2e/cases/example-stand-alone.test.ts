import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { publicKeyPem } from '../cluster/key-pem.ts';
import { filesInPod, readInPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const pod = 'stand-alone';
const { secrets, certificates } = exampleObjects.testkv;

describeExample(state, pod, (vaults) => {
  test('the files are named by alias, or else by object', async () => {
    expect(await filesInPod(state, pod)).toEqual(['db/password', 'shop-signing-key', 'site.der']);
  });

  test('a secret, a key in PEM and a certificate in DER', async () => {
    expect(await textInPod(state, pod, 'db/password')).toBe(secrets['shop-db-password']?.value);
    const { keys } = await vaults.clients('testkv');
    const pem = await textInPod(state, pod, 'shop-signing-key');
    expect(pem).toBe(publicKeyPem(await keys.getKey('shop-signing-key')));
    const der = await readInPod(state, pod, 'site.der');
    expect(der.toString('base64')).toBe(certificates['shop-site']?.cer);
  });
});
