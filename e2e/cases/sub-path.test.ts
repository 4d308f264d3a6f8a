// @release: kubelet
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { inPod, readInPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const pod = 'sub-path';
const { secrets, certificates } = exampleObjects.testkv;

describeExample(state, pod, () => {
  test('a single file of the volume', async () => {
    const password = await textInPod(state, pod, '/etc/shop/db-password');
    expect(password).toBe(secrets['shop-db-password']?.value);
  });

  test('a directory of the volume', async () => {
    expect(await inPod(state, pod, 'ls', '/etc/shop/tls')).toBe('leaf.crt');
    const leaf = new X509Certificate(await readInPod(state, pod, '/etc/shop/tls/leaf.crt'));
    expect(leaf.raw.toString('base64')).toBe(certificates['shop-site']?.cer);
  });
});
