/** As much of Node's `path` as the driver uses, of POSIX. */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

export function join(...parts: string[]): string {
  const joined = parts.filter((part) => part !== '').join('/');
  return joined === '' ? '.' : normalize(joined);
}

/** Without empty components, `.` and, where there is something before them, `..`; a slash at the end stays. */
export function normalize(path: string): string {
  const isAbsolutePath = isAbsolute(path);
  const kept: string[] = [];
  for (const component of path.split('/')) {
    if (component === '' || component === '.') continue;
    if (component !== '..') kept.push(component);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isAbsolutePath) kept.push('..');
  }
  const start = isAbsolutePath ? '/' : '';
  if (kept.length === 0 && !isAbsolutePath) return path.endsWith('/') ? './' : '.';
  const end = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `${start}${kept.join('/')}${end}`;
}

export function dirname(path: string): string {
  const isAbsolutePath = isAbsolute(path);
  const slash = path.lastIndexOf('/', endOf(path) - 1);
  if (slash < 1) return isAbsolutePath ? '/' : '.';
  // Two slashes at the start are a root of their own (POSIX, 4.16).
  return isAbsolutePath && slash === 1 ? '//' : path.slice(0, slash);
}

export function basename(path: string): string {
  const end = endOf(path);
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** Where a path ends without the slashes at its end. */
function endOf(path: string): number {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return end;
}
