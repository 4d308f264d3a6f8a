import type { DirectoryHandle } from './directory-handle.ts';
import { fileHolds } from './file-content.ts';
import type { OpenFile } from './open-file.ts';
import { isPayloadDirectoryName } from './payload.ts';

/** The files that belong in a payload, and its directories, by name. */
export type Tree = ReadonlyMap<string, Uint8Array | Tree>;

/** @param files by path; no path is the directory of another one */
export function treeOf(files: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>): Tree {
  const tree = new Map<string, Uint8Array | Tree>();
  for (const { path, bytes } of files) {
    const names = path.split('/');
    const file = names.pop() ?? path;
    let directory = tree;
    for (const name of names) {
      const next = directory.get(name);
      const below = next instanceof Map ? next : new Map<string, Uint8Array | Tree>();
      directory.set(name, below);
      directory = below;
    }
    directory.set(file, bytes);
  }
  return tree;
}

/** `..data`, as its writer made it, leads to a payload beside it and nowhere else. */
export function currentPayloadName(root: DirectoryHandle): string | undefined {
  try {
    const name = root.readLink('..data');
    return isPayloadDirectoryName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Does this payload hold these files, all and no others, byte for byte? Looks only for what belongs there, and ends at the
 * first difference, whatever a container has put there. What cannot be read is not what was written.
 */
export function payloadHolds(root: DirectoryHandle, name: string, tree: Tree): boolean {
  try {
    return root.within(name, (payload) => everyFile(payload, tree, 'read', holds));
  } catch {
    return false;
  }
}

function holds(file: OpenFile, bytes: Uint8Array): boolean {
  try {
    return fileHolds(file, bytes);
  } finally {
    file.close();
  }
}

/**
 * Opens each file of a payload and calls `action`, which closes the file or keeps it. Ends when `action` returns false, and
 * when a directory holds more or fewer entries than belong there.
 * @returns true when all of them were there and `action` returned true for all
 * @throws a system error where something else stands in a file's place
 */
export function everyFile(
  directory: DirectoryHandle,
  tree: Tree,
  access: 'read' | 'rewrite',
  action: (file: OpenFile, bytes: Uint8Array) => boolean,
): boolean {
  if (directory.names(tree.size)?.length !== tree.size) return false;
  for (const [name, there] of tree) {
    const isSo =
      there instanceof Uint8Array
        ? action(directory.openFile(name, access), there)
        : directory.within(name, (below) => everyFile(below, there, access, action));
    if (!isSo) return false;
  }
  return true;
}
