import { describe, expect, test } from 'vitest';
import { oneFault, parse, refusal } from './testing/valid-options.ts';

const FS_GROUP = 'kubernetes.io/mounterArgs.FsGroup';

test("the older spellings of kubelet's keys are taken too", async () => {
  const { pod, access } = await parse({
    'kubernetes.io/pod.uid': undefined,
    'kubernetes.io/pod.UID': 'the-uid',
    'kubernetes.io/fsGroup': '17',
  });
  expect([pod.uid, access.fsGroup]).toEqual(['the-uid', 17]);
});

test('what kubelet does not say is empty', async () => {
  const said = Object.fromEntries(
    ['pod.name', 'pod.namespace', 'pod.uid', 'serviceAccount.name'].map((key) => [
      `kubernetes.io/${key}`,
      undefined,
    ]),
  );
  expect((await parse(said)).pod).toEqual({ name: '', namespace: '', uid: '', serviceAccountName: '' });
});

describe('a volume is', () => {
  test.each<[string, string | undefined, boolean]>([
    ['read-only when kubelet says ro', 'ro', true],
    ['writable when kubelet says rw', 'rw', false],
    ['writable when kubelet says nothing', undefined, false],
  ])('%s', async (_, written, readOnly) => {
    expect((await parse({ 'kubernetes.io/readwrite': written })).access.readOnly).toBe(readOnly);
  });

  test('refused when kubelet says anything else', async () => {
    expect(await refusal({ 'kubernetes.io/readwrite': 'RO' })).toBe(
      oneFault('kubernetes.io/readwrite: must be "ro" or "rw"'),
    );
  });
});

describe('an fsGroup', () => {
  test.each([
    ['0', 0],
    ['2000', 2000],
    ['4294967294', 4294967294],
  ])('may be %s', async (written, fsGroup) => {
    expect((await parse({ [FS_GROUP]: written })).access.fsGroup).toBe(fsGroup);
  });

  // chown(2) takes 4294967295 for "leave as it is".
  test.each(['4294967295', '-1', 'wheel', '', '0x10', '1e3', ' 5', '99999999999'])(
    'must not be %j',
    async (written) => {
      expect(await refusal({ [FS_GROUP]: written })).toBe(
        oneFault(`${FS_GROUP}: must be a numeric group id`),
      );
    },
  );
});
