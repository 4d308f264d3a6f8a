import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';

/** Without an event it is looked after so often: where inotify has no instance left, or a mount swallows events. */
const CHECK_MS = 60_000;
/** Changes come in bursts, and the installer's own among them. */
const SETTLE_MS = 500;

/**
 * Calls `check` soon after something in the driver's directory changes, or the directory goes, and once a minute anyway.
 * Names that begin with a dot are left to the minute: they are how files are put in place, and kubelet ignores them too.
 */
export function watchDriver(pluginDirectory: string, driverDirectory: string, check: () => void): void {
  let isSettling = false;
  let watchers: FSWatcher[] = [];
  const soon = () => {
    if (isSettling) return;
    isSettling = true;
    setTimeout(() => {
      isSettling = false;
      // Made anew, as a directory that was removed and comes again is another one.
      rewatch();
      check();
    }, SETTLE_MS);
  };
  const own = basename(driverDirectory);
  const rewatch = () => {
    for (const watcher of watchers) watcher.close();
    watchers = [
      watchNames(pluginDirectory, (name) => name === own, soon),
      watchNames(driverDirectory, (name) => !name.startsWith('.'), soon),
    ].filter((watcher) => watcher !== undefined);
  };
  rewatch();
  setInterval(() => {
    rewatch();
    check();
  }, CHECK_MS);
}

function watchNames(
  directory: string,
  concerns: (name: string) => boolean,
  changed: () => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(directory, (_event, name) => {
      if (name === null || concerns(name)) changed();
    });
    return watcher.on('error', changed);
  } catch {
    return undefined;
  }
}
