import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { filesInPod, readInPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const pod = 'select';
const { secrets, certificates } = exampleObjects.testkv;

describeExample(state, pod, () => {
  test('there are the tagged secrets and the certificates whose name matches, and no other', async () => {
    expect(await filesInPod(state, pod)).toEqual([
      'certificates/shop-site',
      'certificates/shop-site-pem',
      'secrets/shop-db-password',
      'secrets/shop-db-user',
    ]);
  });

  test('each file holds its object', async () => {
    for (const name of ['shop-db-password', 'shop-db-user'])
      expect(await textInPod(state, pod, `secrets/${name}`)).toBe(secrets[name]?.value);
    for (const [name, { cer }] of Object.entries(certificates)) {
      const leaf = new X509Certificate(await readInPod(state, pod, `certificates/${name}`));
      expect(leaf.raw.toString('base64')).toBe(cer);
    }
  });
});
