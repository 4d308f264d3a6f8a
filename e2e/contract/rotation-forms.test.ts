// Rotation of volumes whose files are more than one secret each: the built driver mounts, a real agent rotates.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { PodVolume } from '../lab/kubelet.ts';
import { rotatingOn } from './rotating.ts';
import { setScene } from './scene.ts';

const scene = setScene();
const { configure, runAgent, mount, vault, setSecret, refresh, status, fingerprints, files } =
  rotatingOn(scene);

/** Service principals may be kept. */
beforeEach(() => configure({ keepServicePrincipals: true }));

/** Files by path: their text, or of a JSON document what has to be in it. */
type Expected = Readonly<Record<string, string | object>>;

interface Step {
  readonly change: () => void;
  readonly holds: Expected;
}

interface Form {
  readonly items: readonly object[];
  readonly options?: Readonly<Record<string, string>>;
  /** What the vault holds beside the seed. */
  readonly given?: () => void;
  readonly first: Expected;
  readonly steps: Readonly<Record<string, Step>>;
}

const remove = (name: string) => void vault().delete('secrets', name);
const tagged = (name: string, value: string, tags: Record<string, string>) =>
  void vault().addSecret(name, { value, tags });
/** What is told of an object, but no new version of it. */
const retag = (name: string, tags: Record<string, string>) =>
  Object.assign(vault().secrets(name).at(-1) ?? {}, { tags });
const away = (host: string) =>
  scene.azure.setFaults({
    rules: [{ match: { host: `${host}.vault.azure.net` }, action: { status: 503 } }],
  });

const forms: Readonly<Record<string, Form>> = {
  'a fallback vault': {
    items: [{ name: 'plain', metadata: true }],
    options: { fallbackvault: 'fallbackkv' },
    first: { plain: 'plain value three', 'plain.metadata.json': { vault: 'testkv' } },
    steps: {
      'serves while the first one is away': {
        change: () => away('testkv'),
        holds: {
          plain: 'plain value of the fallback vault',
          'plain.metadata.json': { vault: 'fallbackkv', fallback: true },
        },
      },
      'has a new version meanwhile': {
        change: () => void vault('fallbackkv').addSecret('plain', { value: 'newer in the fallback vault' }),
        holds: {
          plain: 'newer in the fallback vault',
          'plain.metadata.json': { vault: 'fallbackkv', fallback: true },
        },
      },
      'is left when the first one is back': {
        change: () => scene.azure.clearFaults(),
        holds: { plain: 'plain value three', 'plain.metadata.json': { vault: 'testkv' } },
      },
    },
  },
  'a combined file': {
    items: [{ name: 'plain' }, { name: 'db-password', alias: 'PGPASSWORD' }],
    options: { combine: '{file: conf/app.json, format: json}' },
    first: { 'conf/app.json': { plain: 'plain value three', PGPASSWORD: 'correct horse battery staple' } },
    steps: {
      'has the new value of the one, and the other as it was': {
        change: () => setSecret('db-password', 'new "password"\nof two lines'),
        holds: {
          'conf/app.json': { plain: 'plain value three', PGPASSWORD: 'new "password"\nof two lines' },
        },
      },
    },
  },
  'a combined file of a selection, with an optional object': {
    items: [{ select: { name: 'app-*' } }, { name: 'maybe', optional: true }],
    options: { combine: '{file: .env, format: properties}' },
    given: () => setSecret('app-one', '1'),
    first: { '.env': 'app-one=1\n' },
    steps: {
      'gets both as they appear': {
        change: () => {
          setSecret('app-two', '2');
          setSecret('maybe', 'there');
        },
        holds: { '.env': 'app-one=1\napp-two=2\nmaybe=there\n' },
      },
      'loses both': {
        change: () => {
          remove('app-one');
          remove('maybe');
        },
        holds: { '.env': 'app-two=2\n' },
      },
    },
  },
  'a metadata file': {
    items: [{ name: 'plain', alias: 'deep/plain', metadata: true }],
    first: { 'deep/plain': 'plain value three', 'deep/plain.metadata.json': { tags: {} } },
    steps: {
      'tells of new tags, though the value is the same': {
        change: () => retag('plain', { owner: 'payments' }),
        holds: {
          'deep/plain': 'plain value three',
          'deep/plain.metadata.json': { tags: { owner: 'payments' } },
        },
      },
      'goes with its object': {
        change: () => tagged('plain', 'plain value four', { owner: 'shop' }),
        holds: { 'deep/plain': 'plain value four', 'deep/plain.metadata.json': { tags: { owner: 'shop' } } },
      },
    },
  },
  'an optional object': {
    items: [{ name: 'plain' }, { name: 'maybe', alias: 'extra/maybe', optional: true, metadata: true }],
    first: { plain: 'plain value three' },
    steps: {
      'that appears': {
        change: () => tagged('maybe', 'there', {}),
        holds: { plain: 'plain value three', 'extra/maybe': 'there', 'extra/maybe.metadata.json': {} },
      },
      'that changes': {
        change: () => tagged('maybe', 'there again', {}),
        holds: { plain: 'plain value three', 'extra/maybe': 'there again', 'extra/maybe.metadata.json': {} },
      },
      'that disappears': {
        change: () => remove('maybe'),
        holds: { plain: 'plain value three' },
      },
    },
  },
  'a selection by tag into a directory': {
    items: [{ select: { tags: { team: 'rotation' } }, directory: 'team' }, { name: 'one-char' }],
    given: () => tagged('first', '1', { team: 'rotation' }),
    first: { 'team/first': '1', 'one-char': 'x' },
    steps: {
      'has one more': {
        change: () => tagged('second', '2', { team: 'rotation' }),
        holds: { 'team/first': '1', 'team/second': '2', 'one-char': 'x' },
      },
      'loses one that is tagged otherwise, and one is new': {
        change: () => {
          retag('first', { team: 'other' });
          tagged('second', 'two', { team: 'rotation' });
        },
        holds: { 'team/second': 'two', 'one-char': 'x' },
      },
      'loses one that is disabled': {
        change: () => {
          tagged('third', '3', { team: 'rotation' });
          Object.assign(vault().secrets('second').at(-1)?.attributes ?? {}, { enabled: false });
        },
        holds: { 'team/third': '3', 'one-char': 'x' },
      },
    },
  },
};

function volumeOptions({ items, options }: Form) {
  const none = { keyvaultobjectnames: '', keyvaultobjecttypes: '' };
  return { ...none, ...options, objects: JSON.stringify(items) };
}

/** All files and no others. */
function expectFiles(volume: PodVolume, expected: Expected, what = 'at first'): void {
  const found = files(volume);
  expect(Object.keys(found).sort(), what).toEqual(Object.keys(expected).sort());
  for (const [path, holds] of Object.entries(expected)) {
    if (typeof holds === 'string') expect([path, found[path]], what).toEqual([path, holds]);
    else expect(JSON.parse(found[path] ?? ''), what).toMatchObject(holds);
  }
}

async function expectReplaced(pod: string): Promise<void> {
  expect((await refresh(pod)).output.split('\n', 1)[0]).toBe(`default/${pod} kv: replaced`);
}

async function expectUntouched(pod: string, volume: PodVolume): Promise<void> {
  const before = fingerprints(volume);
  expect((await refresh(pod)).output).toBe(`default/${pod} kv: unchanged`);
  expect(fingerprints(volume)).toEqual(before);
}

describe.each([
  ['read-only', { readOnly: true }, {}],
  ['writable, of a group', { fsGroup: 2000 }, {}],
  ['in place', { readOnly: true }, { inplace: 'true' }],
] as const)('%s:', (kind, access, more) => {
  // A vault that fails is asked several times, which takes its time.
  const rows = Object.entries(forms).filter(([name]) => kind === 'read-only' || name !== 'a fallback vault');
  test.each(rows)('%s', async (_, form) => {
    const { given, first, steps } = form;
    given?.();
    await runAgent();
    const volume = await mount('form', { ...access, options: { ...volumeOptions(form), ...more } });
    expectFiles(volume, first);
    await expectUntouched('form', volume);
    for (const [what, { change, holds }] of Object.entries(steps)) {
      change();
      await expectReplaced('form');
      expectFiles(volume, holds, what);
      await expectUntouched('form', volume);
    }
    expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
  });
});

test('volumes of all these forms follow at their interval, without being told', {
  timeout: 400_000,
}, async () => {
  const metadata = { 'deep/plain': 'in time', 'deep/plain.metadata.json': { tags: { owner: 'shop' } } };
  const optional = { plain: 'in time', 'extra/maybe': 'there', 'extra/maybe.metadata.json': {} };
  const rows: readonly (readonly [keyof typeof forms, Expected])[] = [
    ['a fallback vault', { plain: 'in time', 'plain.metadata.json': { vault: 'testkv' } }],
    ['a combined file', { 'conf/app.json': { plain: 'in time' } }],
    ['a combined file of a selection, with an optional object', { '.env': 'app-two=2\nmaybe=there\n' }],
    ['a metadata file', metadata],
    ['an optional object', optional],
    ['a selection by tag into a directory', { 'team/first': '1', 'team/second': '2', 'one-char': 'x' }],
  ];
  for (const [name] of rows) forms[name]?.given?.();
  await runAgent();
  const volumes = new Map<PodVolume, Expected>();
  for (const [index, [name, then]] of rows.entries()) {
    const options = { ...volumeOptions(forms[name] as Form), rotationinterval: '30s' };
    volumes.set(await mount(`in-time-${index}`, { options }), then);
  }
  tagged('plain', 'in time', { owner: 'shop' });
  setSecret('app-two', '2');
  remove('app-one');
  setSecret('maybe', 'there');
  tagged('second', '2', { team: 'rotation' });
  await vi.waitFor(
    () => {
      for (const [volume, then] of volumes) expectFiles(volume, then);
    },
    { timeout: 300_000, interval: 1000 },
  );
  for (const volume of volumes.keys()) await scene.kubelet.unmount(volume);
});

describe('with a fallback vault, a volume keeps all it has', () => {
  const form = forms['a fallback vault'] as Form;

  test('when both vaults are away', async () => {
    await runAgent();
    const volume = await mount('both', { options: volumeOptions(form) });
    const before = fingerprints(volume);
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 503 } }] });
    expect(await refresh('both')).toMatchObject({ exitCode: 1 });
    expect(fingerprints(volume)).toEqual(before);
    expect((await status('both'))['failure']).toMatchObject({ code: 'VaultFault' });
  });

  test('when the first one has no such object any more: that is no outage', async () => {
    await runAgent();
    const volume = await mount('gone', { options: volumeOptions(form) });
    const before = fingerprints(volume);
    remove('plain');
    scene.azure.clearRequests();
    expect(await refresh('gone')).toMatchObject({ exitCode: 1 });
    expect(fingerprints(volume)).toEqual(before);
    expect((await status('gone'))['failure']).toMatchObject({ code: 'ObjectNotFound' });
    expect(scene.azure.requests().map(({ host }) => host)).not.toContain('fallbackkv.vault.azure.net');
  });
});

test('a selection that finds nothing any more keeps its files, unless it is optional', async () => {
  setSecret('only-one', '1');
  await runAgent();
  const options = (optional: boolean) =>
    volumeOptions({ items: [{ select: { name: 'only-*' }, optional }], first: {}, steps: {} });
  const needed = await mount('needed', { options: options(false) });
  const optional = await mount('optional', { options: options(true) });
  const before = fingerprints(needed);
  remove('only-one');
  expect((await refresh('needed')).output).toContain('default/needed kv: failed: ');
  await expectReplaced('optional');
  expect(fingerprints(needed)).toEqual(before);
  expect(files(optional)).toEqual({});
  await expectUntouched('optional', optional);
});
