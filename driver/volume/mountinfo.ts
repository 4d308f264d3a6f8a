/** One line of /proc/self/mountinfo, as far as this driver needs it (proc_pid_mountinfo(5)). */
export interface MountEntry {
  /** `major:minor` of the file system: the same for all mounts of one tmpfs. */
  readonly device: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly source: string;
}

/** Parses the whole file. Lines of an unknown shape are passed over: they cannot be mounts of ours. */
export function parseMountInfo(text: string): MountEntry[] {
  const entries: MountEntry[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ');
    const [, , device, , mountPoint] = before?.split(' ') ?? [];
    const [fsType, source] = after?.split(' ') ?? [];
    if (device !== undefined && mountPoint !== undefined && fsType !== undefined && source !== undefined) {
      entries.push({ device, mountPoint: unmangle(mountPoint), fsType, source: unmangle(source) });
    }
  }
  return entries;
}

/** The kernel writes space, tab, newline and backslash as octal (fs/proc_namespace.c, mangle); names may be UTF-8. */
function unmangle(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
