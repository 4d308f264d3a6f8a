import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DirectoryHandle, onDirectory } from './directory-handle.ts';

const PROJECT = join(import.meta.dirname, '../..');

let around = '';
let volume = '';
let outside = '';

beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'handle-'));
  [volume, outside] = [join(around, 'volume'), join(around, 'outside')];
  for (const directory of [volume, outside]) mkdirSync(directory);
  writeFileSync(join(outside, 'file'), 'untouched');
});
afterEach(() => rmSync(around, { recursive: true }));

/** How an action in the volume ends: `done`, or the code of its error. */
function endOf(action: (root: DirectoryHandle) => unknown): string {
  try {
    onDirectory(volume, action);
    return 'done';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

/** Every operation that takes a name. */
const operations: Readonly<Record<string, (root: DirectoryHandle, name: string) => unknown>> = {
  within: (root, name) => root.within(name, () => 'in'),
  withNewDirectory: (root, name) => root.withNewDirectory(name, 0o700, () => 'in'),
  openFile: (root, name) => root.openFile(name, 'rewrite').close(),
  createFile: (root, name) => root.createFile(name, 0o600).close(),
  makeLink: (root, name) => root.makeLink(name, 'to'),
  readLink: (root, name) => root.readLink(name),
  setOwnerOf: (root, name) => root.setOwnerOf(name, 0, 0),
  look: (root, name) => root.look(name),
  'rename from': (root, name) => root.rename(name, 'other'),
  'rename to': (root, name) => root.rename('own', name),
  unlink: (root, name) => root.unlink(name),
  removeDirectory: (root, name) => root.removeDirectory(name),
};

describe('a name is one component:', () => {
  test.each(Object.entries(operations))('%s takes no path', (_, operation) => {
    writeFileSync(join(volume, 'own'), 'own');
    for (const name of ['', '.', '..', '../outside/file', 'a/b', '/etc', 'own/', 'a\0b']) {
      expect([name, endOf((root) => operation(root, name))]).toEqual([name, 'EINVAL']);
      const bytes = Buffer.from(name) as unknown as string;
      expect([name, endOf((root) => operation(root, bytes))]).toEqual([name, 'EINVAL']);
    }
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('untouched');
    expect(readdirSync(volume)).toEqual(['own']);
  });
});

describe('a link is not followed:', () => {
  test.each([
    ['within', 'directory', 'ENOTDIR'],
    ['openFile', 'file', 'ELOOP'],
    ['createFile', 'file', 'EEXIST'],
    ['createFile', 'nothing', 'EEXIST'],
    ['withNewDirectory', 'directory', 'EEXIST'],
  ])('%s of a link to a %s', (operation, kind, code) => {
    const to = { directory: outside, file: join(outside, 'file'), nothing: join(outside, 'new') }[kind];
    symlinkSync(to ?? '', join(volume, 'link'));
    expect(endOf((root) => operations[operation]?.(root, 'link'))).toBe(code);
    expect(readdirSync(outside)).toEqual(['file']);
  });

  test('what is removed or renamed is the link', () => {
    symlinkSync(outside, join(volume, 'link'));
    expect(endOf((root) => root.rename('link', 'renamed'))).toBe('done');
    expect(endOf((root) => root.unlink('renamed'))).toBe('done');
    expect(existsSync(join(outside, 'file'))).toBe(true);
  });
});

describe('only regular files are opened, and nothing waits:', () => {
  test.each([
    ['a pipe', () => execFileSync('mkfifo', [join(volume, 'entry')])],
    ['a directory', () => mkdirSync(join(volume, 'entry'))],
  ])('%s', (_, make) => {
    make();
    const before = openDescriptors();
    for (const access of ['read', 'rewrite'] as const)
      expect(endOf((root) => root.openFile('entry', access))).toMatch(/EINVAL|EISDIR/);
    expect(openDescriptors()).toBe(before);
  });

  test('a file with two names is told by its links', () => {
    writeFileSync(join(volume, 'one'), '');
    linkSync(join(volume, 'one'), join(volume, 'other'));
    onDirectory(volume, (root) => {
      const file = root.openFile('one', 'rewrite');
      expect(file.stats().nlink).toBe(2);
      file.close();
    });
  });
});

test('a directory that took the place of a new one is not written to', () => {
  const end = endOf((root) =>
    root.withNewDirectory('new', 0o755, () => {
      rmSync(join(volume, 'new'), { recursive: true });
    }),
  );
  expect(end).toBe('done');
  // As another user's would be: its mode is not the one that was asked for.
  const before = process.umask(0o077);
  expect(endOf((root) => root.withNewDirectory('other', 0o755, () => undefined))).toBe('ESTALE');
  process.umask(before);
});

describe('names', () => {
  test('that are not UTF-8 are bytes', () => {
    const name = Buffer.from([0xff, 0x80]);
    writeFileSync(Buffer.concat([Buffer.from(`${volume}/`), name]), '');
    onDirectory(volume, (root) => {
      expect(root.rawNames(10)).toEqual([name]);
      root.unlink(name);
    });
    expect(readdirSync(volume)).toEqual([]);
  });

  test('are not read where there are more than a limit', () => {
    for (let file = 0; file < 20; file++) writeFileSync(join(volume, String(file)), '');
    onDirectory(volume, (root) => {
      expect(root.names(19)).toBeUndefined();
      expect(root.names(20)).toHaveLength(20);
    });
  });
});

test('no other source makes paths below an open directory', () => {
  const sources = readdirSync(PROJECT, { withFileTypes: true })
    .filter((entry) => ['driver', 'installer'].includes(entry.name))
    .flatMap((entry) => readdirSync(join(PROJECT, entry.name), { recursive: true, withFileTypes: true }))
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !/(\.test|-script)\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'utf8').includes('/proc/self/fd'));
  expect(sources.map((path) => relative(PROJECT, path)).sort()).toEqual([
    // It reads kubelet's projected volumes, to which no container can write.
    'driver/credentials/projected-volumes.ts',
    'driver/volume/directory-handle.ts',
  ]);
});
