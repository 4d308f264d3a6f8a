import { dlopen, read } from 'bun:ffi';
import { mountsBy } from './kernel-mounts.ts';
import type { Mounts } from './mounts.ts';

/** Mounts by the C library's functions; undefined where the runtime may not make the code that calls them. */
export function systemCallMounts(): Mounts | undefined {
  const libc = openLibrary();
  if (libc === undefined) return undefined;

  async function errorOf(result: number): Promise<string | undefined> {
    if (result === 0) return undefined;
    const errno = read.i32(libc?.__errno_location() ?? 0, 0);
    // Loaded here: it takes 1 ms, as much as all mounts of a volume.
    const { getSystemErrorName } = await import('node:util');
    return getSystemErrorName(-errno);
  }

  return mountsBy({
    mount: (source, target, type, flags, data) =>
      errorOf(libc.mount(text(source), text(target), text(type), flags, text(data))),
    umount: (target, flags) => errorOf(libc.umount2(text(target), flags)),
  });
}

function openLibrary() {
  try {
    return dlopen('libc.so.6', {
      mount: { args: ['ptr', 'ptr', 'ptr', 'u64', 'ptr'], returns: 'int' },
      umount2: { args: ['ptr', 'int'], returns: 'int' },
      __errno_location: { args: [], returns: 'ptr' },
    }).symbols;
  } catch {
    return undefined;
  }
}

/** As C has it. Paths have no NUL: kubelet's are arguments of this process, the others are ours. */
function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
