import { access, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE_CONFIG_FILE } from '../../driver/nodeconfig/node-config.ts';
import { InstallFault, systemErrorCode } from '../fault.ts';
import { removeLeftovers } from '../installation/atomic-file.ts';
import { DRIVER_NAME } from '../installation/driver-file.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import type { Settings } from '../settings.ts';
import { removeRemains } from './remains.ts';
import { usersOf } from './users.ts';

/** What was done. */
export interface Removal {
  /** Files that are not the product's, and so were left; paths as they are mounted here. */
  readonly left: readonly string[];
}

/** A driver that kubelet has started is known by its lock after this, however busy the node. */
const SETTLE_MS = 1000;
/** So many users are named in a refusal. */
const MAX_NAMED = 10;

/**
 * Takes the driver, its configuration and what is left in the run directory off the node. Safe to repeat, and to kill.
 *   (1) refuse while a volume is mounted or being mounted: kubelet could not unmount it, and its pod would never end
 *   (2) remove the driver, by which kubelet forgets it; the directory's watch takes care of that
 *   (3) a mount that was started just before shows by now: then `putBack` the driver, and refuse
 *   (4) remove the configuration, the directory, and the run directory's content
 * @throws InstallFault `VolumesMounted`, or `WriteFailed`
 */
export async function uninstall(
  settings: Settings,
  putBack: () => Promise<unknown>,
  settleMs = SETTLE_MS,
): Promise<Removal> {
  const directory = driverDirectoryOf(settings.pluginDirectory);
  const driver = join(directory, DRIVER_NAME);
  // (1)
  const users = await usersOf(settings.runDirectory);
  if (users.length > 0) {
    // A removal that was killed after (2) has left it so.
    if (!(await exists(driver))) await putBack();
    throw refusal(users);
  }
  try {
    // (2)
    await rm(driver, { force: true });
    // (3)
    await delay(settleMs);
    const late = await usersOf(settings.runDirectory);
    if (late.length > 0) {
      await putBack();
      throw refusal(late);
    }
    // (4)
    const left = await removeDirectory(directory);
    return { left: [...left, ...(await removeRemains(settings.runDirectory))] };
  } catch (error) {
    if (error instanceof InstallFault) throw error;
    const text = `the driver could not be removed from ${settings.pluginDirectoryOnNode} (${systemErrorCode(error)})`;
    throw new InstallFault('WriteFailed', text, { cause: error });
  }
}

async function removeDirectory(directory: string): Promise<string[]> {
  if (!(await exists(directory))) return [];
  await rm(join(directory, NODE_CONFIG_FILE), { force: true });
  await removeLeftovers(directory, [NODE_CONFIG_FILE, DRIVER_NAME]);
  const others = await readdir(directory);
  if (others.length === 0) await rmdir(directory);
  return others.map((name) => join(directory, name));
}

function refusal(users: readonly string[]): InstallFault {
  const named = users.slice(0, MAX_NAMED).join('; ');
  const more = users.length > MAX_NAMED ? `; and ${users.length - MAX_NAMED} more` : '';
  return new InstallFault(
    'VolumesMounted',
    `volumes of the driver are in use on this node, and without the driver kubelet could not unmount them: ${named}${more}. Delete or move these pods first`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
