import { DriverError, systemCode } from '../errors.ts';
import type { VolumeFile, VolumeForm } from '../ports.ts';
import { DATA_LINK, makeLink, makePayload } from './atomic-writer.ts';
import type { DirectoryHandle } from './directory-handle.ts';
import { type Effort, removeTree } from './empty-directory.ts';
import { isPayloadDirectoryName, newPayloadName, topLevelNames } from './payload.ts';
import { currentPayloadName, payloadHolds, treeOf } from './read-payload.ts';
import { rewriteInPlace } from './rewrite-in-place.ts';

/** A new link `..data`, before it takes the old one's place. */
const NEW_DATA_LINK = /^\.\.data_tmp\.[0-9a-f]{10}$/;
/** Younger leftovers may be what another agent, of an upgrade, is just writing. */
const LEFTOVER_AGE_MS = 10_000;
/** Entries of the pod's own that are looked at or removed in one rotation, beside four for each file of the volume. */
const SPARE_ENTRIES = 1024;

/**
 * Replaces what a mounted volume holds, all files at once, in the steps of kubelet's atomic writer
 * (pkg/volume/util/atomic_writer.go):
 *   (1) when the files there are the same, nothing is touched
 *       and with `inPlace`, where the names are the same, the files themselves are rewritten; that is all then
 *   (2) a new directory `..<timestamp>` with all files; nobody can enter it before it is whole
 *   (3) a link to it takes the place of `..data`, by one rename: from now on the pod sees the new files
 *   (4) links for names that are new go to the top, and those of names that are gone go away
 *   (5) what is not current any more goes, with what a killed agent left
 * A kill between any two steps leaves the old files or the new ones, and the next call completes the rest.
 * @param root the volume; a container may write to it too
 * @throws DriverError `VolumeFailed`
 */
export function replacePayload(
  root: DirectoryHandle,
  files: readonly VolumeFile[],
  form: VolumeForm,
  { inPlace = false, now = new Date() } = {},
): 'unchanged' | 'replaced' {
  const current = currentPayloadName(root);
  const wanted = treeOf(files);
  // (1)
  const isSame = current !== undefined && payloadHolds(root, current, wanted);
  let name = isSame ? current : newPayloadName(now);
  const effort = effortFor(files);
  const entries = root.names(effort.namesAtOnce);
  try {
    if (!isSame) {
      if (inPlace && current !== undefined && rewriteInPlace(root, current, wanted)) name = current;
      else exchange(root, name, files, form);
    }
    // (4)
    linkNames(root, topLevelNames(files), entries, form);
  } catch (error) {
    if (!isSame && currentPayloadName(root) !== name) removeTree(root, name, effort);
    const text = `the volume's files could not be replaced in the node's memory (${systemCode(error)})`;
    throw new DriverError('VolumeFailed', text, { cause: error });
  }
  // (5)
  if (current !== undefined && current !== name) removeTree(root, current, effort);
  for (const entry of entries ?? []) {
    if (entry === name || entry === current) continue;
    if (!isPayloadDirectoryName(entry) && !NEW_DATA_LINK.test(entry)) continue;
    if (isOld(root, entry, now)) removeTree(root, entry, effort);
  }
  return isSame ? 'unchanged' : 'replaced';
}

/**
 * A container can make tens of thousands of entries, to keep the agent busy. What is not looked at or removed in this
 * rotation stays for the next one.
 */
export function effortFor(files: readonly VolumeFile[]): Effort {
  const entries = SPARE_ENTRIES + files.reduce((sum, { path }) => sum + 4 * path.split('/').length, 0);
  return { steps: entries, namesAtOnce: entries };
}

function exchange(root: DirectoryHandle, name: string, files: readonly VolumeFile[], form: VolumeForm): void {
  // (2)
  makePayload(root, name, files, form);
  // (3)
  const link = `..data_tmp.${name.slice(-10)}`;
  makeLink(root, link, name, form);
  try {
    root.rename(link, DATA_LINK);
  } catch (error) {
    root.unlink(link);
    throw error;
  }
}

/** @param entries the names at the top; undefined when a container has made more than are looked at */
function linkNames(
  root: DirectoryHandle,
  names: readonly string[],
  entries: readonly string[] | undefined,
  form: VolumeForm,
): void {
  const wanted = new Set(names);
  for (const name of wanted) {
    // A container may have put a file of its own there, and keeps it.
    if (root.look(name) === undefined) makeLink(root, name, `${DATA_LINK}/${name}`, form);
  }
  for (const name of entries ?? []) if (!wanted.has(name) && isOurLink(root, name)) root.unlink(name);
}

function isOurLink(root: DirectoryHandle, name: string): boolean {
  try {
    return root.readLink(name) === `${DATA_LINK}/${name}`;
  } catch {
    return false;
  }
}

function isOld(root: DirectoryHandle, name: string, now: Date): boolean {
  const stats = root.look(name);
  // A clock that was set back makes things look as if they were of the future: those are no newer than any.
  return stats !== undefined && Math.abs(now.getTime() - stats.mtimeMs) > LEFTOVER_AGE_MS;
}
