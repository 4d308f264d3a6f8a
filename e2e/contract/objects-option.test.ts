import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectedBytes } from './expected.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
/** A mount takes some seconds on a machine that has much else to do; a text that explodes takes minutes. */
const SOON_MS = 60_000;

/** A volume without the lists of the valid one. */
function asked(
  options: Readonly<Record<string, string>>,
  changes: { fsGroup?: number; readOnly?: boolean } = {},
) {
  const volume = volumeOf(scene, 'objects', changes);
  const { keyvaultname = '', tenantid = '' } = volume.options;
  return { ...volume, options: { keyvaultname, tenantid, ...options } };
}

test('objects in YAML become the files they say, with the lists’ bytes where the forms are the same', async () => {
  const objects = `
# as in a manifest
- name: plain
- {name: rsa-2048, type: key, alias: keys/rsa.pem, mode: "0400"}
- {name: self-signed, type: cert, format: der, alias: certificates/own.der}
`;
  const volume = asked({ objects });
  expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
  const directory = scene.kubelet.directoryOf(volume);
  const { seed } = scene.azure;
  expect(readFileSync(join(directory, 'plain'))).toEqual(expectedBytes(seed, 'secret', 'plain'));
  expect(readFileSync(join(directory, 'keys/rsa.pem'))).toEqual(expectedBytes(seed, 'key', 'rsa-2048'));
  expect(readFileSync(join(directory, 'certificates/own.der'))).toEqual(
    expectedBytes(seed, 'cert', 'self-signed'),
  );
  expect(permissionsOf(join(directory, '..data/keys/rsa.pem'))).toBe('100400 0:0');
  expect(permissionsOf(join(directory, '..data/plain'))).toBe('100644 0:0');
  await scene.kubelet.unmount(volume);
});

describe('modes, owners and groups', () => {
  test.each([
    [{ filemode: '0440' }, {}, '100440 0:0', '40755 0:0', '40755 0:0'],
    [{ filemode: '600', fileuser: '1000' }, {}, '100600 1000:0', '40755 1000:0', '40755 1000:0'],
    [{ filegroup: '3000' }, {}, '100640 0:3000', '40755 0:3000', '40755 0:3000'],
    [{ filegroup: '3000' }, { fsGroup: 2000 }, '100640 0:3000', '40755 0:3000', '40755 0:3000'],
    [{ filegroup: '3000' }, { readOnly: false }, '100640 0:3000', '40755 0:3000', '42775 0:3000'],
    [{ filemode: '0444' }, { fsGroup: 2000 }, '100444 0:2000', '40755 0:2000', '40755 0:2000'],
    [
      { fileuser: '1000', filegroup: '0' },
      { fsGroup: 2000 },
      '100640 1000:0',
      '40755 1000:0',
      '40755 1000:0',
    ],
    [{ filemode: '0000' }, {}, '100000 0:0', '40755 0:0', '40755 0:0'],
  ] as const)('%j of a pod with %j', async (permissions, pod, file, directory, root) => {
    for (const what of [
      { objects: '- {name: plain, alias: sub/plain}' },
      { keyvaultobjectnames: 'plain', keyvaultobjecttypes: 'secret', keyvaultobjectaliases: 'sub/plain' },
      { objects: '- {name: plain}', combine: '{file: sub/plain, format: json}' },
    ]) {
      const volume = asked({ ...permissions, ...what } as Record<string, string>, { readOnly: true, ...pod });
      expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
      const target = scene.kubelet.directoryOf(volume);
      expect(permissionsOf(join(target, '..data/sub/plain'))).toBe(file);
      expect(permissionsOf(join(target, '..data/sub'))).toBe(directory);
      expect(permissionsOf(target)).toBe(root);
      await scene.kubelet.unmount(volume);
    }
  });
});

// The executable has another parser of JSON, another stack and other regular expressions than Node.js.
describe('a hostile text is refused soon, on one line, without asking Azure:', () => {
  // Linux passes no more than 128 KiB in one argument, quotes escaped.
  const most = 100_000;
  test.each([
    ['brackets', '['.repeat(most)],
    ['closed brackets', `${'['.repeat(most / 2)}${']'.repeat(most / 2)}`],
    ['lists in lists', '- '.repeat(most / 2)],
    ['maps in maps', '{a: '.repeat(most / 4)],
    ['maps in maps, closed', `${'{a: '.repeat(most / 5)}x${'}'.repeat(most / 5)}`],
    ['maps in maps of JSON', `${'{"a":'.repeat(most / 8)}1${'}'.repeat(most / 8)}`],
    ['a long text of JSON', `["${'x'.repeat(most)}"]`],
    ['a text of escapes', `["${'\\\\'.repeat(most / 4)}"]`],
    ['anchors', '&a '.repeat(most / 3)],
    [
      'aliases of aliases',
      Array.from({ length: 1000 }, (_, i) => `- &a${i} [*a${i - 1}, *a${i - 1}]`)
        .join('\n')
        .replaceAll('*a-1', 'x'),
    ],
    ['keys', Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['objects', '- {name: a}\n'.repeat(8000)],
    [
      'unknown keys',
      JSON.stringify([Object.fromEntries(Array.from({ length: 8000 }, (_, i) => [`k${i}`, 1]))]),
    ],
    ['selections of stars', JSON.stringify([{ select: { name: '*a'.repeat(40_000) } }])],
    ['a prototype', '[{"name": "a", "__proto__": {"optional": true}}]'],
    ['a tag', '- !!js/function "x"'],
    ['NUL', '- {name: "a\\0b"}'],
  ])('%s', { timeout: 2 * SOON_MS }, async (_, objects) => {
    const start = performance.now();
    const { exitCode, output, status } = await scene.kubelet.mount(asked({ objects }));
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(exitCode).toBe(0);
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toMatchObject({
      status: 'Failure',
      message: expect.stringMatching(/^OptionsInvalid: the volume's options have \d+ faults?: .*objects/),
    });
    expect(scene.azure.counts()).toMatchObject({ total: 0 });
  });
});

function permissionsOf(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  return `${mode.toString(8)} ${uid}:${gid}`;
}
