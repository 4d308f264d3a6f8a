import { lstatSync, readdirSync, readlinkSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { DriverError, systemCode } from '../errors.ts';
import type { VolumeFile, VolumeForm } from '../ports.ts';
import { DATA_LINK, makeLink, makePayload } from './atomic-writer.ts';
import { emptyDirectory } from './empty-directory.ts';
import { isPayloadDirectoryName, newPayloadName, topLevelNames } from './payload.ts';
import { currentPayloadName, payloadHolds } from './read-payload.ts';
import { rewriteInPlace } from './rewrite-in-place.ts';

/** A new link `..data`, before it takes the old one's place. */
const NEW_DATA_LINK = /^\.\.data_tmp\.[0-9a-f]{10}$/;
/** Younger leftovers may be what another agent, of an upgrade, is just writing. */
const LEFTOVER_AGE_MS = 10_000;

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
 * @param root the volume as an open directory, `/proc/self/fd/<n>`: a container may write to it too
 * @throws DriverError `VolumeFailed`
 */
export function replacePayload(
  root: string,
  files: readonly VolumeFile[],
  form: VolumeForm,
  { inPlace = false, now = new Date() } = {},
): 'unchanged' | 'replaced' {
  const current = currentPayloadName(root);
  const wanted = new Map(files.map(({ path, bytes }) => [path, bytes]));
  // (1)
  const isSame = current !== undefined && payloadHolds(root, current, wanted);
  let name = isSame ? current : newPayloadName(now);
  try {
    if (!isSame) {
      if (inPlace && current !== undefined && rewriteInPlace(`${root}/${current}`, files)) name = current;
      else exchange(root, name, files, form);
    }
    // (4)
    linkNames(root, topLevelNames(files), form);
  } catch (error) {
    if (!isSame && currentPayloadName(root) !== name) removeTree(root, name);
    const text = `the volume's files could not be replaced in the node's memory (${systemCode(error)})`;
    throw new DriverError('VolumeFailed', text, { cause: error });
  }
  // (5)
  for (const entry of readdirSync(root)) {
    if (entry === name || !(isPayloadDirectoryName(entry) || NEW_DATA_LINK.test(entry))) continue;
    if (entry === current || isOld(`${root}/${entry}`, now)) removeTree(root, entry);
  }
  return isSame ? 'unchanged' : 'replaced';
}

function exchange(root: string, name: string, files: readonly VolumeFile[], form: VolumeForm): void {
  // (2)
  makePayload(root, name, files, form);
  // (3)
  const link = `${root}/..data_tmp.${name.slice(-10)}`;
  makeLink(name, link, form);
  try {
    renameSync(link, `${root}/${DATA_LINK}`);
  } catch (error) {
    unlinkSync(link);
    throw error;
  }
}

function linkNames(root: string, names: readonly string[], form: VolumeForm): void {
  const wanted = new Set(names);
  const entries = new Set(readdirSync(root));
  for (const name of wanted) {
    // A container may have put a file of its own there, and keeps it.
    if (!entries.has(name)) makeLink(`${DATA_LINK}/${name}`, `${root}/${name}`, form);
  }
  for (const name of entries) if (!wanted.has(name) && isOurLink(root, name)) unlinkSync(`${root}/${name}`);
}

function isOurLink(root: string, name: string): boolean {
  try {
    return readlinkSync(`${root}/${name}`) === `${DATA_LINK}/${name}`;
  } catch {
    return false;
  }
}

function isOld(path: string, now: Date): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // A clock that was set back makes things look as if they were of the future: those are no newer than any.
  return stats !== undefined && Math.abs(now.getTime() - stats.mtimeMs) > LEFTOVER_AGE_MS;
}

/** What cannot be removed stays: the file system goes with the volume. */
function removeTree(root: string, name: string): void {
  const path = `${root}/${name}`;
  try {
    if (lstatSync(path).isDirectory()) {
      emptyDirectory(path);
      rmdirSync(path);
    } else unlinkSync(path);
  } catch {
    // A container may be writing there.
  }
}
