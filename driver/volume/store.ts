import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DriverError, isOutOfDescriptors, systemCode } from '../errors.ts';
import { lockHolders, withFreeLock, withLock } from '../locks/lock.ts';
import { ensurePrivateDirectory } from '../locks/private-directory.ts';
import type { Volume, VolumeStore } from '../ports.ts';
import { RECORDS_DIRECTORY, type VolumeRecord } from '../record/record.ts';
import { recordNames, removeRecord, writeRecord } from '../record/record-file.ts';
import { type Recorder, silentRecorder } from '../recorder.ts';
import { writePayload } from './atomic-writer.ts';
import { onDirectory } from './directory-handle.ts';
import { emptyDirectory } from './empty-directory.ts';
import { noswapWorks, seLinuxContext } from './host.ts';
import { type MountEntry, mountsFrom } from './mountinfo.ts';
import { MOUNT_SOURCE } from './mounts.ts';
import { expectMountAt, isOurs, mountsAt, readMountInfo } from './own-mounts.ts';
import { tmpfsInodes, tmpfsSize } from './payload.ts';
import { ensureRecordMemory, holdsSecrets, releaseRecordMemory } from './record-memory.ts';
import { resolveTarget, targetExists } from './target.ts';
import { volumeName } from './volume-name.ts';
import { mounts } from './way-to-mount.ts';

/**
 * Volumes as tmpfs mounts under a root-only directory, `<runDirectory>/volumes/<hash of the target>`, each
 * bound to its target as the last step. kubelet takes any mount at the target for a finished volume
 * (mounter.go, prepareForMount), so nothing unfinished ever appears there.
 */
export function createVolumeStore(runDirectory: string, recorder: Recorder = silentRecorder): VolumeStore {
  const volumes = join(runDirectory, 'volumes');
  const locks = join(runDirectory, 'locks');
  const records = join(runDirectory, RECORDS_DIRECTORY);
  const ensureMemory = (signal: AbortSignal) => ensureRecordMemory(runDirectory, locks, signal);
  return {
    async withVolume(target, signal, action) {
      const resolved = resolveTarget(target);
      // Without its parent the target cannot exist, yet a volume may be left of a call-out that was killed.
      const path = resolved ?? target;
      for (const directory of [runDirectory, volumes, locks]) ensurePrivateDirectory(directory);
      const hash = volumeName(path);
      const staging = join(volumes, hash);
      recorder.stagedAs(hash);
      const waited = recorder.start('wait');
      try {
        return await withLock(locks, hash, signal, async () => {
          waited();
          return action(new TmpfsVolume(path, staging, { directory: records, ensureMemory }, recorder));
        });
      } finally {
        if (!signal.aborted) {
          await removeAbandoned(volumes, locks, records).catch(() => undefined);
          await releaseRecordMemory(runDirectory, locks, signal).catch(() => undefined);
        }
      }
    },
  };
}

/**
 * Removes volumes that kubelet will never ask about again: it removes the target of a mount that was killed, and
 * when the pod goes too before the next try, there is no unmount. A volume that is shown anywhere is left alone,
 * and so is one whose call-out still runs.
 */
async function removeAbandoned(volumes: string, locks: string, records: string): Promise<void> {
  // A record may have outlived its volume, where somebody unmounted that by hand.
  const names = [...new Set([...readdirSync(volumes), ...recordNames(records)])];
  const shown = names.length === 0 ? new Set() : shownVolumes();
  const hidden = names.filter((name) => !shown.has(join(volumes, name)));
  const { live, killed } = lockHolders(locks);
  for (const name of new Set([...hidden, ...killed])) {
    if (live.has(name)) continue;
    // It is not this call-out's volume that fails; the next call-out tries again.
    await withFreeLock(locks, name, () => abandon(join(volumes, name), records)).catch(() => undefined);
  }
}

async function abandon(staging: string, records: string): Promise<void> {
  // Looked at again under the lock. Its files are not touched, should it be shown where this process cannot see.
  if (shownVolumes().has(staging)) return;
  removeRecord(records, basename(staging));
  await unmountAll(staging);
  removeDirectory(staging);
}

/** Mount points of this driver's tmpfs that are mounted at another place too. */
function shownVolumes(): Set<string> {
  const placesOf: Record<string, Set<string>> = {};
  for (const { device, mountPoint } of mountsFrom(readMountInfo(), MOUNT_SOURCE).filter(isOurs)) {
    placesOf[device] ??= new Set();
    placesOf[device].add(mountPoint);
  }
  const shared = Object.values(placesOf).filter(({ size }) => size > 1);
  return new Set(shared.flatMap((places) => [...places]));
}

/** Where records go. */
interface Records {
  readonly directory: string;
  /** Makes sure that what is written to the directory is not swapped out, where the kernel can promise that. */
  ensureMemory(signal: AbortSignal): Promise<void>;
}

class TmpfsVolume implements Volume {
  readonly #target: string;
  readonly #staging: string;
  readonly #records: Records;
  readonly #recorder: Recorder;

  constructor(target: string, staging: string, records: Records, recorder: Recorder) {
    this.#target = target;
    this.#staging = staging;
    this.#records = records;
    this.#recorder = recorder;
  }

  isPublished(): boolean {
    if (!targetExists(this.#target)) {
      throw new DriverError(
        'TargetRefused',
        `${this.#target} does not exist; kubelet makes it before it asks for a mount`,
      );
    }
    const mounts = mountsAt(this.#target);
    if (mounts.some((mount) => !isOurs(mount))) {
      throw new DriverError('TargetRefused', `${this.#target} has a mount on it that is not of this driver`);
    }
    return mounts.length > 0;
  }

  async publish(...[files, form, record, signal]: Parameters<Volume['publish']>): Promise<void> {
    const mounted = this.#recorder.start('mount');
    await this.#discardStaging();
    try {
      mkdirSync(this.#staging, { mode: 0o700 });
      await (await mounts()).tmpfs(this.#staging, {
        sizeBytes: tmpfsSize(files.map((file) => file.bytes.length)),
        inodes: tmpfsInodes(files.map((file) => file.path)),
        rootMode: 0o700,
        noswap: noswapWorks(),
        seLinuxContext: seLinuxContext(),
      });
      const written = this.#recorder.start('write');
      writePayload(this.#staging, files, form);
      written();
      await this.#writeRecord(record, signal);
      signal.throwIfAborted();
      await this.#show(form.readOnly);
      // Not where somebody has put a link in the target's place, which mount(2) follows.
      expectMountAt(this.#target);
      mounted();
    } catch (error) {
      await this.#withdraw();
      if (error instanceof DriverError || signal.aborted || isOutOfDescriptors(error)) throw error;
      throw new DriverError(
        'VolumeFailed',
        `the volume's files could not be written to the node's memory (${systemCode(error)})`,
        {
          cause: error,
        },
      );
    }
  }

  /** Before the volume appears: kubelet does not ask again for one that is there, and it would never rotate. */
  async #writeRecord(record: VolumeRecord, signal: AbortSignal): Promise<void> {
    const place = { target: this.#target, mount: this.#staging };
    try {
      if (holdsSecrets(record)) await this.#records.ensureMemory(signal);
    } catch {
      return; // A volume without a record is as good as any other, but for rotation.
    }
    writeRecord(this.#records.directory, basename(this.#staging), place, record);
  }

  /**
   * A bind becomes read-only in a second step, and kubelet would take what a kill leaves between the two for a
   * finished volume. So a read-only volume is bound over its own staging directory first, where nobody sees it, and
   * the target is bound to that: a new bind inherits all flags at once.
   */
  async #show(readOnly: boolean): Promise<void> {
    const { bind, unmount } = await mounts();
    if (readOnly) await bind(this.#staging, this.#staging, 'ro');
    await bind(this.#staging, this.#target, 'as-source');
    if (readOnly) await unmount(this.#staging);
  }

  /** kubelet asks for no second unmount once the target is gone (unmounter.go, TearDownAt), so it goes last. */
  async remove(): Promise<void> {
    const exists = targetExists(this.#target);
    if (exists) {
      const found = mountsAt(this.#target);
      if (found.some((mount) => mount.fsType !== 'tmpfs')) {
        throw new DriverError(
          'TargetRefused',
          `${this.#target} has a mount on it that is not of this driver; it was left alone`,
        );
      }
      await unmountEach(this.#target, found);
    }
    await this.#discardStaging();
    if (exists) removeDirectory(this.#target);
  }

  /** After a failure: what was made goes, and the first fault is the one that is told. */
  async #withdraw(): Promise<void> {
    try {
      await unmountAll(this.#target);
      await this.#discardStaging();
    } catch {
      // Without a free file descriptor nobody can tell what is mounted, but rmdir(2) takes what nothing is mounted on. The
      // next call-out for this target starts by discarding, so nothing else stays for good either.
      removeIfEmpty(this.#staging);
    }
  }

  /** Emptied first: a container that was given the whole host may hold a copy of the mount, which outlives it. */
  async #discardStaging(): Promise<void> {
    // First, so that no rotation begins any more.
    removeRecord(this.#records.directory, basename(this.#staging));
    if (removeIfEmpty(this.#staging)) return;
    let found = mountsAt(this.#staging);
    if (found.length > 1) {
      for (const _ of found.slice(1)) await (await mounts()).unmount(this.#staging);
      found = mountsAt(this.#staging);
    }
    if (found.some(isOurs)) onDirectory(this.#staging, (root) => emptyDirectory(root));
    await unmountEach(this.#staging, found);
    removeDirectory(this.#staging);
  }
}

/** Mounts may lie one above the other. */
function unmountAll(directory: string): Promise<void> {
  return unmountEach(directory, mountsAt(directory));
}

/** One that is in use is detached: the pod is gone, so no new user can come. */
async function unmountEach(directory: string, found: readonly MountEntry[]): Promise<void> {
  for (const _ of found) {
    const { unmount } = await mounts();
    await unmount(directory).catch(() => unmount(directory, true));
  }
}

const removalFaults: Readonly<Record<string, string>> = {
  ENOTEMPTY: 'it holds files that this driver did not mount',
  ENOTDIR: 'it is no directory',
};

/** Is a directory gone that held nothing, and had nothing mounted on it? rmdir(2) takes neither. */
function removeIfEmpty(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return systemCode(error) === 'ENOENT';
  }
}

function removeDirectory(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return;
    const why = removalFaults[code] ?? code;
    const text = `the directory ${directory} could not be removed (${why}); remove it on the node`;
    throw new DriverError('VolumeFailed', text, { cause: error });
  }
}
