import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { removeExample, startExample, volumeOfValues } from '../cluster/examples.ts';
import { inspectTlsFiles } from '../cluster/openssl.ts';
import { deletePod, filesInPod, permissionsInPod, readInPod, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { describeWithVaults } from '../cluster/vaults-under-test.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const leaf = exampleObjects.testkv.certificates['shop-site']?.cer;

/** What a TLS server finds in the volume of a pod. */
async function serverFiles(pod: string) {
  expect(await filesInPod(state, pod)).toEqual(['tls.crt', 'tls.key']);
  const [certificates, key] = [
    await readInPod(state, pod, 'tls.crt'),
    await readInPod(state, pod, 'tls.key'),
  ];
  expect(key.toString('ascii')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(certificates.toString('ascii')).not.toContain('PRIVATE');
  expect(new X509Certificate(certificates).raw.toString('base64')).toBe(leaf);
  return inspectTlsFiles(certificates, key);
}

const whole = {
  subjects: [
    expect.stringContaining('www.example.test'),
    expect.stringContaining('Mock Intermediate CA'),
    expect.stringContaining('Mock Root CA'),
  ],
  keyFits: true,
  verifies: true,
};

describeExample(state, 'tls-files', () => {
  const pod = 'tls-files';
  test('tls.crt is the chain, leaf first, and tls.key its private key', async () => {
    expect(await serverFiles(pod)).toEqual(whole);
    expect(await permissionsInPod(state, pod, 'tls.key')).toBe('400 0 0');
  });
});

// Only the volumes of these values are used here, in a pod that runs as the user and group of the chart's own.
for (const { example, keys, id } of [
  { example: 'istio-gateway-values', keys: ['volumes'], id: 1337 },
  { example: 'traefik-values', keys: ['deployment', 'additionalVolumes'], id: 65532 },
])
  describeWithVaults(state, `docs/examples/${example}.yaml`, (vaults) => {
    const user = { runAsUser: id, runAsGroup: id, runAsNonRoot: true };
    beforeAll(async () => {
      // for its Secret
      await startExample(state, vaults, 'stand-alone');
      await removeExample(state, vaults, 'stand-alone');
      const volume = await volumeOfValues(example, keys, vaults);
      await startPod(state, { name: example, volume, securityContext: user });
    });
    afterAll(() => deletePod(state, example));

    test('its user reads tls.crt and tls.key, and no other group does', async () => {
      expect(await serverFiles(example)).toEqual(whole);
      expect(await permissionsInPod(state, example, 'tls.key')).toBe(`440 0 ${id}`);
    });
  });
