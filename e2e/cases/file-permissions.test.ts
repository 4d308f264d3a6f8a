// @release: kubelet
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deletePod, inPod, mountPath, permissionsInPod, startPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const file = `${mountPath}/plain`;

const nonRoot = { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true };

beforeAll(() => applyCredentials(state, seed));

describe.each([
  {
    title: 'read-only, non-root with fsGroup',
    name: 'ro-fsgroup',
    readOnly: true,
    securityContext: { ...nonRoot, fsGroup: 2000 },
    expected: '640 0 2000',
  },
  {
    title: 'writable, non-root with fsGroup',
    name: 'rw-fsgroup',
    readOnly: false,
    securityContext: { ...nonRoot, fsGroup: 2000 },
    expected: '640 0 2000',
  },
  {
    title: 'read-only, non-root without fsGroup',
    name: 'ro-plain',
    readOnly: true,
    securityContext: nonRoot,
    expected: '644 0 0',
  },
  {
    title: 'writable, root without fsGroup',
    name: 'rw-root',
    readOnly: false,
    securityContext: {},
    expected: '644 0 0',
  },
])('$title', ({ name, readOnly, securityContext, expected }) => {
  beforeAll(() =>
    startPod(state, { name, securityContext, volume: readerVolume(seed, [['secret', 'plain']], readOnly) }),
  );
  afterAll(() => deletePod(state, name));

  test(`the file is ${expected} (mode, owner, group) and its reader reads it`, async () => {
    expect(await permissionsInPod(state, name, 'plain')).toBe(expected);
    expect(await textInPod(state, name, 'plain')).toBe(value);
  });

  if (readOnly)
    test('writing is refused', async () => {
      await expect(inPod(state, name, 'sh', '-c', `echo x >${file}`)).rejects.toThrow(
        /Read-only file system|Permission denied/,
      );
      await expect(inPod(state, name, 'touch', `${mountPath}/new`)).rejects.toThrow('Read-only file system');
    });

  if (name === 'rw-root')
    test('root may change the mode of the file and add one', async () => {
      await inPod(state, name, 'chmod', '0400', file);
      expect(await inPod(state, name, 'stat', '-L', '-c', '%a', file)).toBe('400');
      await inPod(state, name, 'sh', '-c', `echo x >${mountPath}/new`);
      expect(await inPod(state, name, 'cat', `${mountPath}/new`)).toBe('x');
    });
});
