import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Volume } from '../ports.ts';
import { createVolumeStore } from './store.ts';

// What needs no mount; volumes that are mounted belong to the contract tests.

const BELOW = 'pods/uid/volumes/azure~kv';
const never = new AbortController().signal;

let base = '';
let run = '';
let target = '';

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'store-')));
  run = join(base, 'run');
  target = join(base, BELOW, 'kv');
});
afterEach(() => rmSync(base, { recursive: true }));

function withVolume<T>(action: (volume: Volume) => Promise<T>, path = target): Promise<T> {
  return createVolumeStore(run).withVolume(path, never, action);
}

const remove = (volume: Volume) => volume.remove();
const isPublished = async (volume: Volume) => volume.isPublished();

describe('a target that is not mounted', () => {
  test('is not published', async () => {
    mkdirSync(target, { recursive: true });
    expect(await withVolume(isPublished)).toBe(false);
  });

  test('cannot be published when kubelet has not made it', async () => {
    mkdirSync(join(base, BELOW), { recursive: true });
    await expect(withVolume(isPublished)).rejects.toThrow(
      expect.objectContaining({
        code: 'TargetRefused',
        message: `${target} does not exist; kubelet makes it before it asks for a mount`,
      }),
    );
  });

  test('is removed, and removing it again changes nothing', async () => {
    mkdirSync(target, { recursive: true });
    await withVolume(remove);
    expect(readdirSync(join(base, BELOW))).toEqual([]);
    await withVolume(remove);
  });

  test('is removed when even its pod is gone', async () => {
    await withVolume(remove);
    expect(readdirSync(join(run, 'volumes'))).toEqual([]);
  });

  test('is left alone when it holds files', async () => {
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'file'), 'kept');
    await expect(withVolume(remove)).rejects.toThrow(
      expect.objectContaining({
        code: 'VolumeFailed',
        message: `the directory ${target} could not be removed (it holds files that this driver did not mount); remove it on the node`,
      }),
    );
    expect(readdirSync(target)).toEqual(['file']);
  });

  test('is left alone when it is a link, as is what it leads to', async () => {
    mkdirSync(join(base, BELOW), { recursive: true });
    mkdirSync(join(base, 'elsewhere'));
    symlinkSync(join(base, 'elsewhere'), target);
    await expect(withVolume(remove)).rejects.toMatchObject({ code: 'TargetRefused' });
    expect(readdirSync(base)).toContain('elsewhere');
  });
});

describe('the directory under /run', () => {
  test('of a volume goes with it, also one left by a call-out that was killed', async () => {
    mkdirSync(target, { recursive: true });
    const staging = await makeStaging();
    await withVolume(remove);
    expect(readdirSync(join(run, 'volumes'))).toEqual([]);
    expect(staging).toMatch(/^[0-9a-f]{32}$/);
  });

  // kubelet asks for no second unmount once the target is gone (unmounter.go, TearDownAt).
  test('that cannot be removed keeps the target there, so that kubelet asks again', async () => {
    mkdirSync(target, { recursive: true });
    const staging = await makeStaging();
    writeFileSync(join(run, 'volumes', staging, 'file'), '');
    await expect(withVolume(remove)).rejects.toMatchObject({ code: 'VolumeFailed' });
    expect(readdirSync(join(base, BELOW))).toEqual(['kv']);
    rmSync(join(run, 'volumes', staging, 'file'));
    await withVolume(remove);
    expect(readdirSync(join(base, BELOW))).toEqual([]);
  });
});

describe('a call-out also cleans up for others:', () => {
  const beside = (name: string) => join(base, BELOW, name);

  test('what was left for a volume that kubelet will not ask about again', async () => {
    mkdirSync(target, { recursive: true });
    const staging = await makeStaging();
    writeFileSync(join(run, 'locks', `${staging}.4194999.1.1`), '');
    await withVolume(remove, beside('other'));
    expect(readdirSync(join(run, 'volumes'))).toEqual([]);
    expect(readdirSync(join(run, 'locks'))).toEqual([]);
  });

  test('also when it failed itself', async () => {
    mkdirSync(target, { recursive: true });
    await makeStaging();
    await expect(withVolume(isPublished, beside('missing'))).rejects.toThrow('does not exist');
    expect(readdirSync(join(run, 'volumes'))).toEqual([]);
  });

  test('but nothing of a volume whose call-out still runs', async () => {
    mkdirSync(target, { recursive: true });
    const staging = await makeStaging();
    await withVolume(async () => {
      await withVolume(remove, beside('other'));
      expect(readdirSync(join(run, 'volumes'))).toEqual([staging]);
    });
  });

  test('and what cannot be removed fails nobody and keeps its traces', async () => {
    mkdirSync(target, { recursive: true });
    const staging = await makeStaging();
    const trace = `${staging}.4194999.1.1`;
    writeFileSync(join(run, 'volumes', staging, 'file'), '');
    writeFileSync(join(run, 'locks', trace), '');
    await withVolume(remove, beside('other'));
    expect(readdirSync(join(run, 'locks'))).toEqual([trace]);
  });
});

/** Makes the volume's directory under /run, as a killed call-out leaves it; its name is that of the volume's lock. */
async function makeStaging(): Promise<string> {
  const name = await withVolume(async () => readdirSync(join(run, 'locks'))[0]?.split('.')[0] ?? '');
  mkdirSync(join(run, 'volumes', name));
  return name;
}
