import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { DriverError, systemCode } from '../errors.ts';

/** `…/pods/<uid>/volumes/<vendor~driver>/<name>`: the only place where this driver mounts or unmounts. */
const VOLUME_PATH =
  /\/pods\/[0-9A-Za-z][0-9A-Za-z._-]*\/volumes\/[0-9A-Za-z.-]+~[0-9A-Za-z.-]+\/[0-9A-Za-z][0-9A-Za-z._-]*$/;

/**
 * The target with its parents' symbolic links resolved (kubelet's root may be one), as mountinfo names it; or
 * undefined when its parent does not exist, so nothing can be there.
 * @throws DriverError `TargetRefused` when this is no directory for one of kubelet's volumes
 */
export function resolveTarget(target: string): string | undefined {
  if (!isAbsolute(target) || normalize(target) !== target || !VOLUME_PATH.test(target)) {
    throw new DriverError(
      'TargetRefused',
      `${JSON.stringify(target.slice(0, 300))} is not the directory of a volume (…/pods/<uid>/volumes/<vendor~driver>/<name>)`,
    );
  }
  try {
    return join(realpathSync(dirname(target)), basename(target));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new DriverError('TargetRefused', `cannot resolve ${target} (${systemCode(error)})`, {
      cause: error,
    });
  }
}

/** Does the target exist? A symbolic link or file in its place is refused: it is not what kubelet made. */
export function targetExists(target: string): boolean {
  let stats: Stats;
  try {
    stats = lstatSync(target);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw new DriverError('TargetRefused', `cannot look at ${target} (${systemCode(error)})`, {
      cause: error,
    });
  }
  if (!stats.isDirectory()) throw new DriverError('TargetRefused', `${target} is not a directory`);
  return true;
}
