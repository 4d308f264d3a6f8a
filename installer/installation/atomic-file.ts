import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InstallFault, systemErrorCode } from '../fault.ts';

/** A file to put into a directory: its name there and its mode. */
export interface Target {
  readonly directory: string;
  readonly name: string;
  readonly mode: number;
}

/** A file that is written and flushed beside its place, under a temporary name. */
export interface PreparedFile {
  /** Renames it over the old one, which needs no room on the disk, and flushes the directory. @throws InstallFault `WriteFailed` */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Prepares a file that is to be put in place, whole or not at all, also across a crash of the node:
 * written under a temporary name and flushed; `commit` renames it over the old one.
 *
 * The temporary name starts with a dot, as kubelet watches the directory and re-runs `init` for any other
 * (pkg/volume/flexvolume/probe.go, handleWatchEvent); and the old file is never unlinked first, as kubelet takes
 * that for the plugin's removal.
 * @throws InstallFault `WriteFailed`
 */
export async function prepareFile(
  target: Target,
  write: (file: FileHandle) => Promise<void>,
): Promise<PreparedFile> {
  const temporary = join(target.directory, `${temporaryPrefix(target.name)}${randomUUID()}`);
  const discard = () => rm(temporary, { force: true });
  try {
    // O_EXCL also refuses a link that waits under the name.
    const file = await open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
      target.mode,
    );
    try {
      await write(file);
      await file.chmod(target.mode);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    await discard();
    throw writeFault(target, cause);
  }
  return {
    discard,
    async commit() {
      try {
        await rename(temporary, join(target.directory, target.name));
        await syncDirectory(target.directory);
      } catch (cause) {
        await discard();
        throw writeFault(target, cause);
      }
    },
  };
}

function writeFault(target: Target, cause: unknown): InstallFault {
  if (cause instanceof InstallFault) return cause;
  return new InstallFault(
    'WriteFailed',
    `cannot write ${target.name} into the driver's directory on the node (${systemErrorCode(cause)}); what was there before stays in use`,
    { cause },
  );
}

/** Removes what an installer that was killed left half written; returns the names. */
export async function removeLeftovers(directory: string, names: readonly string[]): Promise<string[]> {
  const prefixes = names.map(temporaryPrefix);
  const leftovers = (await readdir(directory)).filter((entry) =>
    prefixes.some((prefix) => entry.startsWith(prefix) && UUID.test(entry.slice(prefix.length))),
  );
  for (const leftover of leftovers) await rm(join(directory, leftover), { force: true });
  return leftovers;
}

/**
 * Opens an installed file for reading; undefined when it is not there.
 * @throws InstallFault `FileRefused` when something else than a regular file bears the name
 */
export async function openInstalled(target: Target): Promise<FileHandle | undefined> {
  const path = join(target.directory, target.name);
  try {
    if (!(await lstat(path)).isFile()) throw refusal(target);
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw refusal(target);
    throw cause;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function temporaryPrefix(name: string): string {
  return `${name.startsWith('.') ? '' : '.'}${name}.`;
}

function refusal(target: Target): InstallFault {
  return new InstallFault(
    'FileRefused',
    `${target.name} in the driver's directory on the node is not a regular file (a link is not followed): remove it, then the installer puts its own there`,
  );
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
