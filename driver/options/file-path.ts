/** Longest name of one path component on Linux, in bytes (NAME_MAX). */
const NAME_MAX_BYTES = 255;
/** Longest path below the volume; well under PATH_MAX, which also holds the pod's directory. */
const PATH_MAX_BYTES = 1024;
/** Most names in a path: each directory of a volume takes memory of the node. */
const MAX_COMPONENTS = 32;

/**
 * Says what is wrong with a path below the volume, or undefined when nothing is. Names that start with two
 * dots belong to the payload's own `..data` layout, so they are refused like `..` itself (CVE-2020-8567).
 */
export function faultOfFilePath(path: string): string | undefined {
  if (path.startsWith('/')) return 'must be relative to the volume, without a leading "/"';
  if (path.includes('\\')) return 'must not contain a backslash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(path)) return 'must not contain control characters';
  if (!path.isWellFormed()) return 'must be valid Unicode';
  if (bytes(path) > PATH_MAX_BYTES) return `must not be longer than ${PATH_MAX_BYTES} bytes`;
  const components = path.split('/');
  if (components.length > MAX_COMPONENTS)
    return `is ${components.length - 1} directories deep, but may be at most ${MAX_COMPONENTS - 1}; give it a shorter path`;
  for (const component of components) {
    if (component === '') return 'must not contain an empty path component';
    if (component === '.') return 'must not contain the path component "."';
    if (component.startsWith('..')) return 'must not contain a path component that starts with ".."';
    if (bytes(component) > NAME_MAX_BYTES)
      return `must not contain a name longer than ${NAME_MAX_BYTES} bytes`;
  }
  return undefined;
}

/** Two paths with the same key would be one file (on some reader's file system): case and Unicode form are folded. */
function filePathKey(path: string): string {
  return path.normalize('NFKC').toLowerCase();
}

/**
 * The pairs of paths that cannot stand in one volume: the same file, or one the directory of the other.
 * Shape: indices [earlier, later].
 */
export function collisionsOf(paths: readonly string[]): [number, number][] {
  const collisions: [number, number][] = [];
  const files = new Map<string, number>();
  const directories = new Map<string, number>();
  for (const [index, path] of paths.entries()) {
    const key = filePathKey(path);
    const parents = parentKeys(key);
    const other =
      files.get(key) ??
      directories.get(key) ??
      parents.map((parent) => files.get(parent)).find((file) => file !== undefined);
    if (other !== undefined) collisions.push([other, index]);
    if (!files.has(key)) files.set(key, index);
    for (const parent of parents) if (!directories.has(parent)) directories.set(parent, index);
  }
  return collisions;
}

/** The same, as the paths themselves: [earlier, later] as written. */
export function collidingPaths(paths: readonly string[]): [string, string][] {
  return collisionsOf(paths).map(([one, other]) => [paths[one] ?? '', paths[other] ?? '']);
}

function parentKeys(key: string): string[] {
  const parents: string[] = [];
  for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) parents.push(key.slice(0, at));
  return parents;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
