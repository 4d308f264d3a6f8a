import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

/** Processes of the driver, and of the commands it starts, that work on a directory. */
export function processesOn(directory: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && argumentsOf(pid).includes(directory));
}

/** A killed call-out may leave a command that still runs; it ends by itself. */
export async function untilNoProcessOn(directory: string): Promise<void> {
  for (let tries = 0; processesOn(directory).length > 0; tries++) {
    if (tries > 6000) throw new Error(`a process on ${directory} does not end`);
    await delay(20);
  }
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
