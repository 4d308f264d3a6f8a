import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lchownSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { VolumeFile, VolumeForm } from '../ports.ts';
import { newPayloadName, topLevelNames } from './payload.ts';

export const DATA_LINK = '..data';
const NEW_DATA_LINK = '..data_tmp';
const DIRECTORY_MODE = 0o755;

/**
 * Writes the first payload of a volume that nobody else can see yet, laid out so that a later one can replace
 * it whole:
 *   (1) a directory `..<timestamp>` with all files and sub-directories
 *   (2) `..data_tmp`, a link to it, renamed to `..data`
 *   (3) one link per name at the top, to `..data/<name>`
 */
export function writePayload(root: string, files: readonly VolumeFile[], form: VolumeForm): void {
  const name = newPayloadName(new Date());
  // (1)
  makePayload(root, name, files, form);
  // (2)
  makeLink(name, join(root, NEW_DATA_LINK), form);
  renameSync(join(root, NEW_DATA_LINK), join(root, DATA_LINK));
  // (3)
  for (const top of topLevelNames(files)) makeLink(`${DATA_LINK}/${top}`, join(root, top), form);
  chownSync(root, form.uid, form.gid);
  chmodSync(root, form.rootMode);
}

/**
 * Makes a directory with all files, which only root can enter before it is whole. A container may be writing beside it,
 * so that every level is entered through an open handle.
 */
export function makePayload(
  root: string,
  name: string,
  files: readonly VolumeFile[],
  form: VolumeForm,
): void {
  makeDirectory(join(root, name), files, form);
}

/** Modes come before owners: who is not the owner any more may set none without a capability for it. */
function makeDirectory(path: string, files: readonly VolumeFile[], form: VolumeForm): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  mkdirSync(path, { mode: 0o700 });
  const handle = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const directory = `/proc/self/fd/${handle}`;
    for (const [top, below] of Map.groupBy(files, ({ path }) => path.split('/', 1)[0] ?? path)) {
      for (const file of below) if (file.path === top) writeFile(join(directory, top), file, form);
      const deeper = below.filter(({ path }) => path !== top).map(withoutTop);
      if (deeper.length > 0) makeDirectory(join(directory, top), deeper, form);
    }
    fchmodSync(handle, DIRECTORY_MODE);
    fchownSync(handle, form.uid, form.gid);
  } finally {
    closeSync(handle);
  }
}

function withoutTop(file: VolumeFile): VolumeFile {
  return { ...file, path: file.path.slice(file.path.indexOf('/') + 1) };
}

function writeFile(path: string, { bytes, mode }: VolumeFile, { fileMode, uid, gid }: VolumeForm): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fchmodSync(descriptor, mode ?? fileMode);
    fchownSync(descriptor, uid, gid);
  } finally {
    closeSync(descriptor);
  }
}

export function makeLink(to: string, path: string, { uid, gid }: VolumeForm): void {
  symlinkSync(to, path);
  lchownSync(path, uid, gid);
}
