import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VolumeFile, VolumeForm } from '../ports.ts';
import { writePayload } from './atomic-writer.ts';
import { onDirectory } from './directory-handle.ts';
import { replacePayload as replaceIn } from './replace-payload.ts';

const form: VolumeForm = { readOnly: false, fileMode: 0o640, uid: 0, gid: 2000, rootMode: 0o2775 };

function replacePayload(path: string, ...rest: OmitFirst<Parameters<typeof replaceIn>>) {
  return onDirectory(path, (open) => replaceIn(open, ...rest));
}
type OmitFirst<All> = All extends [unknown, ...infer Rest] ? Rest : never;

let around = '';
let root = '';

beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'replace-'));
  root = join(around, 'volume');
  mkdirSync(root);
});
afterEach(() => rmSync(around, { recursive: true }));

function files(content: Readonly<Record<string, string>>): VolumeFile[] {
  return Object.entries(content).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
}

/** What a pod reads: paths below the volume, and the names that begin with two dots by their number. */
function content(): Record<string, string> {
  const names = readdirSync(root).filter((name) => !name.startsWith('..'));
  const found: Record<string, string> = {};
  const visit = (path: string) => {
    const full = join(root, path);
    if (!existsSync(full)) found[path] = 'a link to nothing';
    else if (readdirOf(full) === undefined) found[path] = readFileSync(full, 'utf8');
    else for (const name of readdirOf(full) ?? []) visit(join(path, name));
  };
  for (const name of names.sort()) visit(name);
  return found;
}

function readdirOf(path: string): string[] | undefined {
  try {
    return readdirSync(path).sort();
  } catch {
    return undefined;
  }
}

const hidden = () => readdirSync(root).filter((name) => name.startsWith('..'));
const old = { 'tls/crt': 'certificate 1', 'tls/key': 'key 1', password: 'old' };

describe('files that are the same are not touched', () => {
  test('in their inodes, times and links', () => {
    writePayload(root, files(old), form);
    const look = () =>
      ['', '..data', 'password', 'tls/key', 'tls'].map((path) => {
        const { ino, mtimeMs, ctimeMs } = lstatSync(join(root, path));
        return `${path} ${ino} ${mtimeMs} ${ctimeMs}`;
      });
    const before = look();
    expect(replacePayload(root, files(old), form)).toBe('unchanged');
    expect(look()).toEqual(before);
  });

  test('whatever the order they come in', () => {
    writePayload(root, files(old), form);
    expect(replacePayload(root, files(old).reverse(), form)).toBe('unchanged');
  });
});

describe('a new set of files takes the place of the old one', () => {
  test.each<[string, Record<string, string>]>([
    ['with another value', { ...old, password: 'new' }],
    ['with another value of the same length', { ...old, password: 'odl' }],
    ['with one more file', { ...old, more: 'here' }],
    ['with one more file in a directory', { ...old, 'tls/ca': 'here' }],
    ['with one file less', { 'tls/crt': 'certificate 1', 'tls/key': 'key 1' }],
    ['with a directory less', { password: 'old' }],
    ['with a file where a directory was', { password: 'old', tls: 'file' }],
    ['with a directory where a file was', { 'password/one': 'old' }],
    ['with no file at all', {}],
    ['with an empty file', { ...old, password: '' }],
  ])('%s', (_, next) => {
    writePayload(root, files(old), form);
    expect(replacePayload(root, files(next), form)).toBe('replaced');
    expect(content()).toEqual(next);
    expect(hidden()).toHaveLength(2);
    expect(replacePayload(root, files(next), form)).toBe('unchanged');
  });

  test('with owners and modes as at the mount', () => {
    const owned = { ...form, uid: 1000 };
    writePayload(root, files(old), owned);
    const look = (path: string) => {
      const { mode, uid, gid } = lstatSync(join(root, path));
      return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
    };
    const all = () => ['', '..data', readlinkSync(join(root, '..data')), 'tls/key', 'tls'].map(look);
    const before = all();
    replacePayload(root, files({ ...old, password: 'new' }), owned);
    expect(all()).toEqual(before);
  });

  test('and a reader that has the old file open reads it to its end', () => {
    writePayload(root, files(old), form);
    const path = join(root, readlinkSync(join(root, '..data')));
    replacePayload(root, files({ password: 'new' }), form);
    expect(existsSync(path)).toBe(false);
  });
});

describe('in place', () => {
  const inPlace = { inPlace: true };
  const inodes = () => ['password', 'tls/key', '..data'].map((path) => statSync(join(root, path)).ino);

  test.each<[string, Record<string, string>]>([
    ['another value', { ...old, password: 'new' }],
    ['a shorter one', { ...old, password: '' }],
    ['a longer one', { ...old, 'tls/key': 'a much longer key than it was' }],
    ['all of them', { 'tls/crt': '1', 'tls/key': '2', password: '3' }],
  ])('%s is written into the file that is there', (_, next) => {
    writePayload(root, files(old), form);
    const before = inodes();
    expect(replacePayload(root, files(next), form, inPlace)).toBe('replaced');
    expect(content()).toEqual(next);
    expect(inodes()).toEqual(before);
    expect(replacePayload(root, files(next), form, inPlace)).toBe('unchanged');
  });

  test.each<[string, Record<string, string>]>([
    ['one file more', { ...old, more: 'here' }],
    ['one file less', { password: 'new' }],
  ])('%s is exchanged as without it', (_, next) => {
    writePayload(root, files(old), form);
    expect(replacePayload(root, files(next), form, inPlace)).toBe('replaced');
    expect(content()).toEqual(next);
    expect(hidden()).toHaveLength(2);
  });

  test('a file that a container made longer than any memory is not read, but exchanged', () => {
    writePayload(root, files(old), form);
    truncateSync(join(root, readlinkSync(join(root, '..data')), 'password'), 2 ** 41);
    expect(replacePayload(root, files({ ...old, password: 'new' }), form, inPlace)).toBe('replaced');
    expect(content()).toEqual({ ...old, password: 'new' });
  });

  test('a file that a container gave a second name is not written to, but exchanged', () => {
    writePayload(root, files(old), form);
    linkSync(join(root, readlinkSync(join(root, '..data')), 'password'), join(root, 'second'));
    expect(replacePayload(root, files({ ...old, password: 'new' }), form, inPlace)).toBe('replaced');
    expect(content()).toEqual({ ...old, password: 'new', second: 'old' });
  });

  test('a pipe in a file’s place makes nothing wait', () => {
    writePayload(root, files(old), form);
    const file = join(root, readlinkSync(join(root, '..data')), 'password');
    unlinkSync(file);
    execFileSync('mkfifo', [file]);
    expect(replacePayload(root, files({ ...old, password: 'new' }), form, inPlace)).toBe('replaced');
    expect(content()).toEqual({ ...old, password: 'new' });
  });

  test('more files than are kept open at once are exchanged', () => {
    const many = (value: string) =>
      Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`file-${index}`, value]));
    writePayload(root, files(many('old')), form);
    const before = readlinkSync(join(root, '..data'));
    expect(replacePayload(root, files(many('new')), form, inPlace)).toBe('replaced');
    expect(content()).toEqual(many('new'));
    expect(readlinkSync(join(root, '..data'))).not.toBe(before);
  });

  test('a link that a container put in a file’s place is not followed', () => {
    writePayload(root, files(old), form);
    const victim = join(around, 'victim');
    writeFileSync(victim, 'untouched');
    const file = join(root, readlinkSync(join(root, '..data')), 'password');
    unlinkSync(file);
    symlinkSync(victim, file);
    expect(replacePayload(root, files({ ...old, password: 'new' }), form, inPlace)).toBe('replaced');
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(content()).toEqual({ ...old, password: 'new' });
  });
});

describe('what a killed agent left', () => {
  const name = '..2026_01_02_03_04_05.00ff00ff00';
  const age = (path: string) => utimesSync(path, 1, 1);

  test.each<[string, () => void]>([
    ['a half-written payload', () => mkdirSync(join(root, name))],
    ['a link that was not renamed', () => symlinkSync(name, join(root, '..data_tmp.00ff00ff00'))],
  ])('goes with the next rotation, even one that changes nothing: %s', (_, leave) => {
    writePayload(root, files(old), form);
    leave();
    replacePayload(root, files(old), form, { now: new Date(Date.now() + 60_000) });
    expect(hidden()).toHaveLength(2);
    expect(content()).toEqual(old);
  });

  test('an old payload beside the new one goes', () => {
    writePayload(root, files(old), form);
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'password'), 'older');
    age(join(root, name));
    replacePayload(root, files({ password: 'new' }), form);
    expect(hidden()).toHaveLength(2);
  });

  test('a new payload without its links at the top gets them', () => {
    writePayload(root, files(old), form);
    unlinkSync(join(root, 'password'));
    symlinkSync('..data/gone', join(root, 'gone'));
    replacePayload(root, files(old), form);
    expect(content()).toEqual(old);
  });

  test('what another agent is just writing stays', () => {
    writePayload(root, files(old), form);
    mkdirSync(join(root, name));
    replacePayload(root, files({ password: 'new' }), form);
    expect(readdirSync(root)).toContain(name);
  });
});

describe('a container that writes to its volume', () => {
  const secret = () => {
    const path = join(around, 'elsewhere');
    mkdirSync(path);
    writeFileSync(join(path, 'password'), 'old');
    return path;
  };

  test('keeps files of its own, under names of its own or of the vault', () => {
    writePayload(root, files(old), form);
    writeFileSync(join(root, 'mine'), 'mine');
    writeFileSync(join(root, 'more'), 'mine too');
    replacePayload(root, files({ ...old, more: 'of the vault' }), form);
    expect(content()).toEqual({ ...old, mine: 'mine', more: 'mine too' });
  });

  test.each<[string, (elsewhere: string) => void]>([
    ['leads ..data elsewhere', (to) => symlinkSync(to, join(root, '..data'))],
    ['leads ..data up', () => symlinkSync('../elsewhere', join(root, '..data'))],
    ['removes ..data', () => undefined],
    [
      'leads a payload elsewhere',
      (to) => {
        symlinkSync('..2026_01_02_03_04_05.00ff00ff00', join(root, '..data'));
        symlinkSync(to, join(root, '..2026_01_02_03_04_05.00ff00ff00'));
      },
    ],
  ])('and %s gets the vault’s files back, and nothing elsewhere is read or changed', (_, change) => {
    const elsewhere = secret();
    writePayload(root, files({ password: 'old' }), form);
    unlinkSync(join(root, '..data'));
    change(elsewhere);
    expect(replacePayload(root, files({ password: 'old' }), form)).toBe('replaced');
    expect(content()).toEqual({ password: 'old' });
    expect(readdirSync(elsewhere)).toEqual(['password']);
    expect(readFileSync(join(elsewhere, 'password'), 'utf8')).toBe('old');
  });

  test('and puts a directory in the way of ..data is told of as a fault, and its files stay', () => {
    writePayload(root, files(old), form);
    renameSync(join(root, '..data'), join(root, 'moved'));
    mkdirSync(join(root, '..data/full'), { recursive: true });
    expect(() => replacePayload(root, files({ password: 'new' }), form)).toThrow(
      expect.objectContaining({ code: 'VolumeFailed' }),
    );
    expect(hidden()).toHaveLength(2);
  });
});
