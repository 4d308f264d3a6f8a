// @release: kubelet, API server
import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { inPod, mountPath, permissionsInPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

// The example's Secret is in `default`.
const state = readState();
const example = 'persistent-volume';
const pod = `shop/${example}`;

describeExample(state, example, () => {
  test('a pod of a restricted namespace gets its files through a claim', async () => {
    const { value } = exampleObjects.testkv.secrets['shop-db-password'] ?? {};
    expect(await textInPod(state, pod, 'shop-db-password')).toBe(value);
  });

  test('the file has the group of the pod’s fsGroup, and the volume is read-only', async () => {
    expect(await permissionsInPod(state, pod, 'shop-db-password')).toBe('640 0 2000');
    await expect(inPod(state, pod, 'touch', `${mountPath}/new`)).rejects.toThrow('Read-only file system');
  });
});
