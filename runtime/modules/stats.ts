/** Kinds of file in a mode (inode(7)). */
const S_IFMT = 0o170000;

/** As much of Node's Stats as the driver uses. */
export class Stats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;

  /** @param numbers in the order in which the system gives them */
  constructor([
    mode = 0,
    uid = 0,
    gid = 0,
    size = 0,
    dev = 0,
    ino = 0,
    nlink = 0,
    ...times
  ]: readonly number[]) {
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.size = size;
    this.dev = dev;
    this.ino = ino;
    this.nlink = nlink;
    [this.mtimeMs = 0, this.ctimeMs = 0] = times;
  }

  isFile(): boolean {
    return this.#is(0o100000);
  }

  isDirectory(): boolean {
    return this.#is(0o040000);
  }

  isSymbolicLink(): boolean {
    return this.#is(0o120000);
  }

  isSocket(): boolean {
    return this.#is(0o140000);
  }

  #is(kind: number): boolean {
    return (this.mode & S_IFMT) === kind;
  }
}
