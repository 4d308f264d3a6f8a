import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountsWith } from '../../lab/kubelet.ts';

const RUN_DIRECTORY = '/run/keyvault-flexvol';

/** Everything of the driver that is on the node: of volumes that are all gone, nothing may be. */
export function leftovers(podsDirectory: string): string[] {
  const entries = ['volumes', 'records', 'locks', 'gate'].flatMap((name) =>
    entriesOf(join(RUN_DIRECTORY, name)).map((entry) => `${name}/${entry}`),
  );
  return [
    ...mountsWith('keyvault-flexvol').map((mount) => `mount at ${mount.split(' ')[1]}`),
    ...mountsWith(podsDirectory).map((mount) => `mount at ${mount.split(' ')[1]}`),
    ...entries,
  ];
}

/** Processes of the driver that work on a directory. */
export function processesOn(directory: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && argumentsOf(pid).includes(directory));
}

function entriesOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
