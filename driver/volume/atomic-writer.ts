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
import { payloadDirectoryName, planLayout } from './payload.ts';

const DATA_LINK = '..data';
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
  const { directories, topLevelNames } = planLayout(files.map((file) => file.path));
  const name = payloadDirectoryName(
    new Date(),
    Buffer.from(crypto.getRandomValues(new Uint8Array(5))).toString('hex'),
  );
  // (1)
  const payload = join(root, name);
  for (const directory of ['', ...directories]) makeDirectory(join(payload, directory), form);
  for (const file of files)
    writeFile(join(payload, file.path), file.bytes, { ...form, fileMode: file.mode ?? form.fileMode });
  // (2)
  makeLink(name, join(root, NEW_DATA_LINK), form);
  renameSync(join(root, NEW_DATA_LINK), join(root, DATA_LINK));
  // (3)
  for (const top of topLevelNames) makeLink(`${DATA_LINK}/${top}`, join(root, top), form);
  chownSync(root, form.uid, form.gid);
  chmodSync(root, form.rootMode);
}

function makeDirectory(path: string, { uid, gid }: VolumeForm): void {
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, uid, gid);
  chmodSync(path, DIRECTORY_MODE);
}

/** The mode comes after the owner: until then only root can read the file. */
function writeFile(path: string, bytes: Uint8Array, { fileMode, uid, gid }: VolumeForm): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, fileMode);
  } finally {
    closeSync(descriptor);
  }
}

function makeLink(to: string, path: string, { uid, gid }: VolumeForm): void {
  symlinkSync(to, path);
  lchownSync(path, uid, gid);
}
