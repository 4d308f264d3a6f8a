import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveTarget, targetExists } from './target.ts';

const BELOW = 'pods/9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f10/volumes/azure~kv';

let root = '';
let target = '';

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kubelet-')));
  target = join(root, BELOW, 'kv');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a target is resolved', () => {
  test('to itself', () => {
    mkdirSync(target, { recursive: true });
    expect(resolveTarget(target)).toBe(target);
  });

  test('also when only its parent is there', () => {
    mkdirSync(join(root, BELOW), { recursive: true });
    expect(resolveTarget(target)).toBe(target);
  });

  test("through a link in the place of kubelet's root", () => {
    mkdirSync(join(root, 'real', BELOW), { recursive: true });
    symlinkSync('real', join(root, 'link'));
    expect(resolveTarget(join(root, 'link', BELOW, 'kv'))).toBe(join(root, 'real', BELOW, 'kv'));
  });

  test('to nothing when its parent is not there', () => {
    expect(resolveTarget(target)).toBeUndefined();
  });

  test('but not through a link in its own place, which would be followed out of the volume', () => {
    mkdirSync(join(root, BELOW), { recursive: true });
    symlinkSync('/etc', target);
    expect(resolveTarget(target)).toBe(target);
    expect(() => targetExists(target)).toThrow(
      expect.objectContaining({ code: 'TargetRefused', message: `${target} is not a directory` }),
    );
  });

  test.each<[string, string]>([
    ["the name of a static pod's volume", 'pods/0123abcd0123abcd0123abcd0123abcd/volumes/azure~kv/kv'],
    ['the name of a PersistentVolume', 'pods/u/volumes/azure~kv/pvc.example-1'],
    ['another name of the driver', 'pods/u/volumes/example.com~key-vault/kv'],
  ])('with %s', (_, below) => {
    expect(resolveTarget(join(root, below))).toBeUndefined();
  });
});

describe('a target is refused that is', () => {
  test.each<[string, string]>([
    ['empty', ''],
    ['relative', 'pods/u/volumes/azure~kv/kv'],
    ['the root', '/'],
    ['a directory of the system', '/etc'],
    ['above the volume', '/k/pods/u/volumes/azure~kv'],
    ['above the volume, with a slash', '/k/pods/u/volumes/azure~kv/'],
    ['the volume with a slash', '/k/pods/u/volumes/azure~kv/kv/'],
    ['below the volume', '/k/pods/u/volumes/azure~kv/kv/sub'],
    ['beside the volume by "..": even if it ends well', '/k/pods/u/volumes/azure~kv/x/../kv'],
    ['elsewhere by ".."', '/k/pods/../../etc/volumes/azure~kv/kv'],
    ['the parent as a name', '/k/pods/u/volumes/azure~kv/..'],
    ['led elsewhere by ".." before the pods', '/k/../etc/pods/u/volumes/azure~kv/kv'],
    ['named with "." before the pods', '/k/./pods/u/volumes/azure~kv/kv'],
    ['named with two slashes before the pods', '/k//pods/u/volumes/azure~kv/kv'],
    ['named with two slashes', '/k/pods/u/volumes/azure~kv//kv'],
    ["a plugin's that is no FlexVolume driver", '/k/pods/u/volumes/kubernetes.io/kv'],
    ['without a pod', '/k/pods/volumes/azure~kv/kv'],
    ['hidden', '/k/pods/u/volumes/azure~kv/.kv'],
    ['of a pod named by dots', '/k/pods/../volumes/azure~kv/kv'],
    ['an option of umount', '-l/pods/u/volumes/azure~kv/kv'],
    ['followed by a line end', '/k/pods/u/volumes/azure~kv/kv\n'],
    ['followed by NUL', '/k/pods/u/volumes/azure~kv/kv\0'],
  ])('%s', (_, path) => {
    expect(() => resolveTarget(path)).toThrow(
      expect.objectContaining({
        code: 'TargetRefused',
        message: `${JSON.stringify(path)} is not the directory of a volume (…/pods/<uid>/volumes/<vendor~driver>/<name>)`,
      }),
    );
  });

  test('below a file', () => {
    mkdirSync(join(root, 'pods/u/volumes'), { recursive: true });
    writeFileSync(join(root, 'pods/u/volumes/azure~kv'), '');
    const path = join(root, 'pods/u/volumes/azure~kv/kv');
    expect(() => targetExists(path)).toThrow(
      expect.objectContaining({ code: 'TargetRefused', message: `cannot look at ${path} (ENOTDIR)` }),
    );
  });

  test('below a link to itself', () => {
    mkdirSync(join(root, 'pods/u/volumes'), { recursive: true });
    symlinkSync('azure~kv', join(root, 'pods/u/volumes/azure~kv'));
    const path = join(root, 'pods/u/volumes/azure~kv/kv');
    expect(() => resolveTarget(path)).toThrow(
      expect.objectContaining({ code: 'TargetRefused', message: `cannot resolve ${path} (ELOOP)` }),
    );
  });
});

describe('a target', () => {
  test('that is a directory exists', () => {
    mkdirSync(target, { recursive: true });
    expect(targetExists(target)).toBe(true);
  });

  test('that is not there does not', () => {
    expect(targetExists(target)).toBe(false);
  });

  test.each<[string, () => void]>([
    ['a file', () => writeFileSync(target, '')],
    ['a link to a directory', () => symlinkSync('..', target)],
    ['a link to nowhere', () => symlinkSync('gone', target)],
  ])('that is %s is refused', (_, make) => {
    mkdirSync(join(root, BELOW), { recursive: true });
    make();
    expect(() => targetExists(target)).toThrow(
      expect.objectContaining({ code: 'TargetRefused', message: `${target} is not a directory` }),
    );
  });
});
