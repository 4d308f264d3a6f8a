import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Log } from '../log.ts';
import { nodeDirectory, WORKING_DRIVER } from '../testing/node-directory.ts';
import { install } from './install.ts';

const silent: Log = () => undefined;

test('a fresh node gets the configuration, root-only, and the executable driver, and nothing else', async () => {
  await using node = await nodeDirectory();
  await install(node.settings, silent);
  expect((await readdir(node.driverDirectory)).sort()).toEqual(['.config.json', 'kv']);
  expect(await readFile(join(node.driverDirectory, 'kv'), 'utf8')).toBe(WORKING_DRIVER);
  expect((await stat(join(node.driverDirectory, 'kv'))).mode & 0o7777).toBe(0o755);
  expect(await readFile(join(node.driverDirectory, '.config.json'), 'utf8')).toBe('{"schemaVersion":1}');
  expect((await stat(join(node.driverDirectory, '.config.json'))).mode & 0o7777).toBe(0o600);
});

test('an identical driver and configuration are left alone, down to the inode', async () => {
  await using node = await nodeDirectory();
  await install(node.settings, silent);
  const before = await inodes(node.driverDirectory);
  await install(node.settings, silent);
  expect(await inodes(node.driverDirectory)).toEqual(before);
});

test.each([
  ['of the same size but other bytes', WORKING_DRIVER.replace('false', 'falze'), 0o755],
  ['of another size', 'older', 0o755],
  ['that is not executable', WORKING_DRIVER, 0o644],
])('an installed driver %s is replaced by a new file', async (_name, content, mode) => {
  await using node = await nodeDirectory();
  await mkdir(node.driverDirectory);
  await writeFile(join(node.driverDirectory, 'kv'), content, { mode });
  const before = await inodes(node.driverDirectory);
  await install(node.settings, silent);
  expect(await readFile(join(node.driverDirectory, 'kv'), 'utf8')).toBe(WORKING_DRIVER);
  expect((await inodes(node.driverDirectory)).get('kv')).not.toBe(before.get('kv'));
});

test.each([
  ['the new driver cannot be written', { driverFile: '/nowhere/kv' }, 'WriteFailed'],
  ['something else is in the place of the driver', {}, 'FileRefused'],
])('where %s, the configuration stays as it was too', async (_, changes, code) => {
  await using node = await nodeDirectory();
  await install(node.settings, silent);
  await writeFile(node.settings.nodeConfigFile, '{"schemaVersion":1,"deadlineSeconds":60}');
  if (code === 'FileRefused') {
    await rm(join(node.driverDirectory, 'kv'));
    await mkdir(join(node.driverDirectory, 'kv'));
  }
  await expect(install({ ...node.settings, ...changes }, silent)).rejects.toMatchObject({ code });
  expect(await readFile(join(node.driverDirectory, '.config.json'), 'utf8')).toBe('{"schemaVersion":1}');
  expect((await readdir(node.driverDirectory)).sort()).toEqual(['.config.json', 'kv']);
});

test('what a killed installer left half written is removed, and other files are not', async () => {
  await using node = await nodeDirectory();
  await mkdir(node.driverDirectory);
  const uuid = '01234567-89ab-cdef-0123-456789abcdef';
  for (const name of [`.kv.${uuid}`, `.config.json.${uuid}`, '.kv.notours', '.other']) {
    await writeFile(join(node.driverDirectory, name), 'half');
  }
  await install(node.settings, silent);
  expect((await readdir(node.driverDirectory)).sort()).toEqual([
    '.config.json',
    '.kv.notours',
    '.other',
    'kv',
  ]);
});

test.each([['azure~kv/kv'], ['azure~kv/.config.json'], ['azure~kv']])(
  'a link at %s is refused and what it points to stays untouched',
  async (name) => {
    await using node = await nodeDirectory();
    const elsewhere = join(node.settings.pluginDirectory, '..', 'elsewhere');
    if (name === 'azure~kv') await mkdir(elsewhere);
    else {
      await mkdir(node.driverDirectory);
      await writeFile(elsewhere, 'precious');
    }
    await symlink(elsewhere, join(node.settings.pluginDirectory, name));
    await expect(install(node.settings, silent)).rejects.toMatchObject({
      code: 'FileRefused',
      message: expect.stringContaining('a link is not followed'),
    });
    if (name === 'azure~kv') expect(await readdir(elsewhere)).toEqual([]);
    else expect(await readFile(elsewhere, 'utf8')).toBe('precious');
  },
);

test('a volume plugin directory that is not there is refused with the Helm value to change', async () => {
  await using node = await nodeDirectory();
  await rm(node.settings.pluginDirectory, { recursive: true });
  await expect(install(node.settings, silent)).rejects.toMatchObject({
    code: 'PluginDirectoryUnusable',
    message: expect.stringMatching(
      /kubelet-plugins\/volume\/exec cannot be used: it is not there\. .*"volumePluginDir"/,
    ),
  });
});

test('a volume plugin directory that is a file is refused', async () => {
  await using node = await nodeDirectory();
  await rm(node.settings.pluginDirectory, { recursive: true });
  await writeFile(node.settings.pluginDirectory, '');
  await expect(install(node.settings, silent)).rejects.toMatchObject({
    code: 'PluginDirectoryUnusable',
    message: expect.stringContaining('it is not a directory'),
  });
});

test.each([
  ['not JSON', 'schemaVersion: 1', 'not valid JSON'],
  ['of an unknown key', '{"schemaVersion":1,"clouds2":{}}', 'clouds2'],
  ['of a schema version that does not exist', '{"schemaVersion":99}', 'schemaVersion'],
])(
  'a node configuration that is %s is refused before anything is installed',
  async (_name, config, fault) => {
    await using node = await nodeDirectory();
    await node.setNodeConfig(config);
    await expect(install(node.settings, silent)).rejects.toMatchObject({
      code: 'NodeConfigInvalid',
      message: expect.stringContaining(fault),
    });
    expect(await readdir(node.driverDirectory)).toEqual([]);
  },
);

async function inodes(directory: string): Promise<Map<string, number>> {
  const entries = new Map<string, number>();
  for (const name of await readdir(directory)) entries.set(name, (await stat(join(directory, name))).ino);
  return entries;
}
