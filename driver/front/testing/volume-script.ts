import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume } from '../../ports.ts';
import type { VolumeRecord } from '../../record/record.ts';
import { createVolumeStore } from '../../volume/store.ts';
import { mounts } from '../../volume/way-to-mount.ts';
import { print, readInput } from './answers.ts';

/** The life of volumes, from their mounts to their removal, in a mount namespace of its own. */

/** A payload is named by its time, and a volume by its target. */
const nameOfVolume = /[0-9a-f]{32}/g;
const nameOfPayload = /\.\.\d{4}_[0-9a-f_.]+/g;

const { directory } = readInput<{ directory: string }>();
const base = join(directory, 'bun' in process.versions ? 'front' : 'node');
const run = join(base, 'run');
const volumes = join(base, 'pods/0123-abcd/volumes/azure~kv');
const never = new AbortController().signal;
process.umask(0o077);
mkdirSync(run, { recursive: true, mode: 0o700 });
mkdirSync(volumes, { recursive: true, mode: 0o755 });
// The record of a volume is only kept in memory.
await (await mounts()).tmpfs(run, {
  sizeBytes: 2 ** 22,
  inodes: 1024,
  rootMode: 0o700,
  noswap: false,
  seLinuxContext: undefined,
});

const files = [
  { path: 'password', bytes: new TextEncoder().encode('é😀\n'), mode: undefined },
  { path: 'tls/key', bytes: new Uint8Array(300_000).fill(7), mode: 0o400 },
  { path: 'tls/deep/er', bytes: new Uint8Array(), mode: 0o440 },
];
const record = { options: { keyvaultname: 'shop' }, secret: 'none', objects: [] } as unknown as VolumeRecord;
const told: unknown[] = [];
for (const readOnly of [true, false]) {
  const target = join(volumes, readOnly ? 'ro' : 'rw');
  const form = { readOnly, fileMode: 0o640, uid: 12, gid: 34, rootMode: readOnly ? 0o755 : 0o2775 };
  mkdirSync(target, { mode: 0o750 });
  const published = () => withVolume(target, async (volume) => volume.isPublished());
  told.push(await published());
  told.push(await withVolume(target, (volume) => volume.publish(files, form, record, never)));
  told.push(await published(), mountsBelow(), treeOf(target), lookOf(target), faultOfWriting(target));
  told.push(readdirSync(join(run, 'records')).map((name) => recordIn(join(run, 'records', name))));
  told.push(await withVolume(target, (volume) => volume.remove()));
  told.push(await withVolume(target, (volume) => volume.remove()));
  told.push(mountsBelow(), readdirSync(volumes), treeOf(run));
}
told.push(await withVolume(join(base, 'elsewhere'), (volume) => volume.remove()));

// Commands say such things otherwise than system calls.
const form = { readOnly: true, fileMode: 0o640, uid: 0, gid: 0, rootMode: 0o755 };
const nowhere = [
  await withVolume(join(volumes, 'none'), (volume) => volume.publish(files, form, record, never)),
  treeOf(run),
  readdirSync(volumes),
];
print(
  JSON.parse(JSON.stringify({ told, nowhere }).replaceAll(base, '<base>').replace(nameOfVolume, '<volume>')),
);

async function withVolume(target: string, action: (volume: Volume) => Promise<unknown>): Promise<unknown> {
  try {
    return (await createVolumeStore(run).withVolume(target, never, action)) ?? 'done';
  } catch (error) {
    const { name, message, code } = error as { name: string; message: string; code?: unknown };
    return { name, message, code };
  }
}

/** Mount point, options, type, source and options of the file system. */
function mountsBelow(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(` ${volumes}`))
    .map((line) => line.split(' '))
    .map((fields) =>
      [...fields.slice(3, 6), ...fields.slice(fields.indexOf('-'))].join(' ').replaceAll(nameOfVolume, ''),
    );
}

function treeOf(path: string): unknown[] {
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const entry = join(path, name);
      const shown = name.replace(nameOfPayload, '<payload>').replace(nameOfVolume, '<volume>');
      const below = lstatSync(entry).isDirectory() ? treeOf(entry) : contentOf(entry);
      return [[shown, ...lookOf(entry), below]];
    });
}

function contentOf(path: string): string {
  if (!lstatSync(path).isSymbolicLink()) return summary(readFileSync(path, 'utf8'));
  return readlinkSync(path).replace(nameOfPayload, '<payload>');
}

function summary(text: string): string {
  return text.length < 100 ? text : `${text.slice(0, 10)}… (${text.length})`;
}

function lookOf(path: string): number[] {
  const { mode, uid, gid } = lstatSync(path);
  return [mode, uid, gid];
}

function faultOfWriting(target: string): unknown {
  try {
    writeFileSync(join(target, 'x'), 'x');
    return 'none';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

function recordIn(path: string): unknown {
  const { mountedAt, mountedUptime, device, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  const isRecent = Math.abs(Date.now() - Date.parse(mountedAt)) < 60_000;
  return { ...rest, isRecent, hasUptime: mountedUptime > 0, hasDevice: device > 0, ...lookOf(path) };
}
