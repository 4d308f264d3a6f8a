/** One line of /proc/self/mountinfo, as far as this driver needs it (proc_pid_mountinfo(5)). */
export interface MountEntry {
  /** `major:minor` of the file system: the same for all mounts of one tmpfs. */
  readonly device: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly source: string;
}

/**
 * Parses the whole file. Lines of an unknown shape are passed over: they cannot be mounts of ours.
 * @param only what is mounted at this directory alone
 */
export function parseMountInfo(text: string, only?: string): MountEntry[] {
  const entries = parseLines(text, only);
  return only === undefined ? entries : entries.filter(({ mountPoint }) => mountPoint === only);
}

/** Mounts with this source: of a tmpfs, its name. */
export function mountsFrom(text: string, source: string): MountEntry[] {
  return parseLines(text, source).filter((entry) => entry.source === source);
}

/** @param field only lines that have it are looked at, as a node has thousands */
function parseLines(text: string, field?: string): MountEntry[] {
  const entries: MountEntry[] = [];
  const mangled = field === undefined ? ' ' : ` ${mangle(field)} `;
  for (let at = text.indexOf(mangled); at >= 0; ) {
    const begin = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at);
    const line = text.slice(begin, end < 0 ? text.length : end);
    const [before, after] = line.split(' - ');
    const [, , device, , mountPoint] = before?.split(' ') ?? [];
    const [fsType, source] = after?.split(' ') ?? [];
    if (device !== undefined && mountPoint !== undefined && fsType !== undefined && source !== undefined) {
      entries.push({ device, mountPoint: unmangle(mountPoint), fsType, source: unmangle(source) });
    }
    at = end < 0 ? -1 : text.indexOf(mangled, end);
  }
  return entries;
}

/** The kernel writes space, tab, newline and backslash as octal (fs/proc_namespace.c, mangle); names may be UTF-8. */
function mangle(field: string): string {
  return field.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function unmangle(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
