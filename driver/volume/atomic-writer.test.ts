import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VolumeFile, VolumeForm } from '../ports.ts';
import { writePayload } from './atomic-writer.ts';

const form: VolumeForm = { readOnly: false, fileMode: 0o640, uid: 0, gid: 2000, rootMode: 0o2775 };

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'payload-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function file(path: string, text = `content of ${path}`): VolumeFile {
  return { path, bytes: new TextEncoder().encode(text) };
}

/** `mode owner:group` of what stands at a path, a link's own included. */
function look(path: string): string {
  const { mode, uid, gid } = lstatSync(join(root, path));
  return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
}

describe('a payload', () => {
  test('is reached by links at the top, through one link that a later payload can replace', () => {
    writePayload(root, [file('password'), file('tls/ca/one'), file('tls/key')], form);
    const payload = readlinkSync(join(root, '..data'));
    expect(payload).toMatch(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.[0-9a-f]{10}$/);
    expect(readdirSync(root).sort()).toEqual([payload, '..data', 'password', 'tls'].sort());
    expect(readlinkSync(join(root, 'password'))).toBe('..data/password');
    expect(readlinkSync(join(root, 'tls'))).toBe('..data/tls');
    expect(readFileSync(join(root, 'password'), 'utf8')).toBe('content of password');
    expect(readFileSync(join(root, 'tls/ca/one'), 'utf8')).toBe('content of tls/ca/one');
    expect(readFileSync(join(root, 'tls/key'), 'utf8')).toBe('content of tls/key');
  });

  test('belongs to the owner and group of the volume in all its parts', () => {
    const owned = { ...form, uid: 1000, gid: 2000 };
    writePayload(root, [file('password'), file('tls/key')], owned);
    const payload = readlinkSync(join(root, '..data'));
    expect(look('')).toBe('2775 1000:2000');
    expect(look(payload)).toBe('755 1000:2000');
    expect(look(`${payload}/tls`)).toBe('755 1000:2000');
    expect(look(`${payload}/password`)).toBe('640 1000:2000');
    expect(look(`${payload}/tls/key`)).toBe('640 1000:2000');
    for (const link of ['..data', 'password', 'tls']) expect(look(link)).toBe('777 1000:2000');
  });

  test.each([0o400, 0o444, 0o600, 0o644, 0o777])('has files of mode %o whatever the umask', (fileMode) => {
    const before = process.umask(0o077);
    try {
      writePayload(root, [file('a')], { ...form, fileMode, rootMode: 0o755 });
    } finally {
      process.umask(before);
    }
    expect(look('..data/a')).toBe(`${fileMode.toString(8)} 0:2000`);
    expect(look('')).toBe('755 0:2000');
  });

  test('may be empty, and hold empty files', () => {
    writePayload(root, [], form);
    expect(readdirSync(root)).toEqual([readlinkSync(join(root, '..data')), '..data'].sort());
    rmSync(root, { recursive: true });
    mkdirSync(root);
    writePayload(root, [file('empty', '')], form);
    expect(readFileSync(join(root, 'empty'))).toHaveLength(0);
  });

  test('holds bytes as they are, also many', () => {
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31) & 0xff);
    writePayload(root, [{ path: 'big', bytes }], form);
    expect(readFileSync(join(root, 'big')).equals(bytes)).toBe(true);
  });

  test('may have names of any script and of the longest length', () => {
    const names = ['ключ', '鍵', `${'é'.repeat(127)}x`, '$(id) ;'];
    writePayload(
      root,
      names.map((name) => file(name)),
      form,
    );
    for (const name of names) expect(readFileSync(join(root, name), 'utf8')).toBe(`content of ${name}`);
  });
});

describe('what stands there already is never written to', () => {
  test('a file at the top', () => {
    writeFileSync(join(root, 'password'), 'kept');
    expect(() => writePayload(root, [file('password')], form)).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    );
    expect(readFileSync(join(root, 'password'), 'utf8')).toBe('kept');
  });

  test('a link out of the volume in the place of the new data link', () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(root, '..data_tmp'));
    expect(() => writePayload(root, [file('password')], form)).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    );
    expect(readdirSync(outside)).toEqual([]);
  });

  test('the first of two files of one path', () => {
    expect(() => writePayload(root, [file('a', 'first'), file('a', 'second')], form)).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    );
    const [payload = ''] = readdirSync(root);
    expect(readFileSync(join(root, payload, 'a'), 'utf8')).toBe('first');
    expect(readdirSync(root)).toHaveLength(1);
  });
});
