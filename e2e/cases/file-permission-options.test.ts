import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { deletePod, permissionsInPod, startPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const user = { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true };

describeExample(state, 'file-permissions', () => {
  const pod = 'file-permissions';
  test('files have the mode, owner and group that were asked for, and their reader reads them', async () => {
    const { secrets } = exampleObjects.testkv;
    expect(await permissionsInPod(state, pod, 'shop-db-user')).toBe('440 1000 3000');
    expect(await permissionsInPod(state, pod, 'shop-db-password')).toBe('400 1000 3000');
    for (const name of ['shop-db-user', 'shop-db-password'])
      expect(await textInPod(state, pod, name)).toBe(secrets[name]?.value);
  });
});

const combinations = [true, false].flatMap((readOnly) => [
  {
    title: 'filemode alone keeps the group of the fsGroup',
    options: { filemode: '0440' },
    securityContext: { ...user, fsGroup: 2000 },
    expected: '440 0 2000',
    readOnly,
  },
  {
    title: 'filegroup goes before the fsGroup',
    options: { filegroup: '1000' },
    securityContext: { ...user, fsGroup: 2000 },
    expected: '640 0 1000',
    readOnly,
  },
  {
    title: 'fileuser and filemode make a file for one user',
    options: { fileuser: '1000', filemode: '400' },
    securityContext: user,
    expected: '400 1000 0',
    readOnly,
  },
]);

// not describe.each, which cuts long titles
for (const [index, combination] of combinations.entries()) {
  const { title, options, securityContext, readOnly, expected } = combination;
  const pod = `permissions-${index}`;
  describe(`${title} (readOnly ${readOnly})`, () => {
    beforeAll(async () => {
      await applyCredentials(state, seed);
      const volume = readerVolume(seed, [['secret', 'plain']], readOnly, options);
      await startPod(state, { name: pod, securityContext, volume });
    });
    afterAll(() => deletePod(state, pod));

    test(`the file is ${expected} (mode, owner, group) and its reader reads it`, async () => {
      expect(await permissionsInPod(state, pod, 'plain')).toBe(expected);
      expect(await textInPod(state, pod, 'plain')).toBe(secretOf(seed, 'testkv', 'plain').value);
    });
  });
}
