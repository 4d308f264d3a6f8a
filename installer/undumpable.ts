const PR_SET_DUMPABLE = 4;

/**
 * Keeps other processes of root out of this one: without CAP_SYS_PTRACE none can follow `/proc/<pid>/root` into this
 * container's mounts, read its memory, or trace it (ptrace(2), proc_pid_root(5)). The node agent sees this process where its
 * pod has `hostPID`, and must not reach the driver's directory through it. A crash leaves no core file either.
 * @returns false where the runtime has no system calls to offer, as under Node
 */
export async function makeUndumpable(): Promise<boolean> {
  try {
    const { dlopen } = await import('bun:ffi');
    const { symbols } = dlopen('libc.so.6', {
      prctl: { args: ['int', 'u64', 'u64', 'u64', 'u64'], returns: 'int' },
    });
    return symbols.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) === 0;
  } catch {
    return false;
  }
}
