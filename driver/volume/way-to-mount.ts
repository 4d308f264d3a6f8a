import type { Mounts } from './mounts.ts';

let loaded: Promise<Mounts> | undefined;

/** By system calls where the runtime can make them: a command takes 3 ms, needs to be there, and may outlive its driver. */
export function mounts(): Promise<Mounts> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Mounts> {
  if (process.versions['bun'] !== undefined) {
    const { systemCallMounts } = await import('./mount-calls.ts');
    const calls = systemCallMounts();
    if (calls !== undefined) return calls;
  }
  return (await import('./mount-command.ts')).commandMounts;
}
