import type { VolumeFile, VolumeForm } from '../ports.ts';
import { type DirectoryHandle, onDirectory } from './directory-handle.ts';
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
 * @param path where the volume's tmpfs is mounted
 */
export function writePayload(path: string, files: readonly VolumeFile[], form: VolumeForm): void {
  const name = newPayloadName(new Date());
  onDirectory(path, (root) => {
    // (1)
    makePayload(root, name, files, form);
    // (2)
    makeLink(root, NEW_DATA_LINK, name, form);
    root.rename(NEW_DATA_LINK, DATA_LINK);
    // (3)
    for (const top of topLevelNames(files)) makeLink(root, top, `${DATA_LINK}/${top}`, form);
    root.setOwner(form.uid, form.gid);
    root.setMode(form.rootMode);
  });
}

/** Makes a directory with all files, which only root can enter before it is whole. */
export function makePayload(
  root: DirectoryHandle,
  name: string,
  files: readonly VolumeFile[],
  form: VolumeForm,
): void {
  makeDirectory(root, name, files, form);
}

/** Sets modes before owners: who does not own a file any more needs a capability to set its mode. */
function makeDirectory(
  parent: DirectoryHandle,
  name: string,
  files: readonly VolumeFile[],
  form: VolumeForm,
): void {
  parent.withNewDirectory(name, 0o700, (directory) => {
    for (const [top, below] of Map.groupBy(files, ({ path }) => path.split('/', 1)[0] ?? path)) {
      for (const file of below) if (file.path === top) writeFile(directory, file, form);
      const deeper = below.filter(({ path }) => path !== top).map(withoutTop);
      if (deeper.length > 0) makeDirectory(directory, top, deeper, form);
    }
    directory.setMode(DIRECTORY_MODE);
    directory.setOwner(form.uid, form.gid);
  });
}

function withoutTop(file: VolumeFile): VolumeFile {
  return { ...file, path: file.path.slice(file.path.indexOf('/') + 1) };
}

function writeFile(
  directory: DirectoryHandle,
  { path, bytes, mode }: VolumeFile,
  { fileMode, uid, gid }: VolumeForm,
): void {
  const file = directory.createFile(path, 0o600);
  try {
    file.write(bytes);
    file.setMode(mode ?? fileMode);
    file.setOwner(uid, gid);
  } finally {
    file.close();
  }
}

export function makeLink(
  directory: DirectoryHandle,
  name: string,
  to: string,
  { uid, gid }: VolumeForm,
): void {
  directory.makeLink(name, to);
  directory.setOwnerOf(name, uid, gid);
}
