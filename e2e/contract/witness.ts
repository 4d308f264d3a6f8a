import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What was seen of the processes that a call-out started. */
export interface Witnessed {
  readonly commands: ReadonlySet<string>;
  /** `NAME=value` of their environments. */
  readonly environments: ReadonlySet<string>;
  /** Open sockets, pipes and files beside standard input, output and error. */
  readonly descriptors: ReadonlySet<string>;
}

/**
 * Looks at the descendants of this process, other than the driver itself, as fast as it can while `action` runs.
 * The driver's own argv is kubelet's doing.
 */
export async function witness<T>(driver: string, action: () => Promise<T>): Promise<[T, Witnessed]> {
  const commands = new Set<string>();
  const environments = new Set<string>();
  const descriptors = new Set<string>();
  let isRunning = true;
  const looking = (async () => {
    while (isRunning) {
      for (const pid of descendants(process.pid)) {
        const command = read(pid, 'cmdline');
        // Between fork and exec a child still has the driver's own arguments.
        if (command === '' || command.startsWith(`${driver}\0`)) continue;
        commands.add(command.replaceAll('\0', ' '));
        for (const variable of read(pid, 'environ').split('\0')) environments.add(variable);
        for (const descriptor of descriptorsOf(pid)) descriptors.add(descriptor);
      }
      await nextTurn();
    }
  })();
  try {
    return [await action(), { commands, environments, descriptors }];
  } finally {
    isRunning = false;
    await looking;
  }
}

function descendants(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) =>
    readOr(`/proc/${pid}/task/${task}/children`, '')
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .filter((descriptor) => Number(descriptor) > 2)
      .map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`));
  } catch {
    return [];
  }
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function read(pid: number, file: string): string {
  return readOr(`/proc/${pid}/${file}`, '');
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return otherwise;
  }
}
