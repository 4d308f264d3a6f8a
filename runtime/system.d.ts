/**
 * What runtime/host/src/system gives the TypeScript sources: system calls as they are, and nothing that waits but `poll`.
 *
 * A call that fails answers `-errno`, as the kernel does. Paths and texts go out as UTF-8; a path with NUL in it is
 * `-EINVAL`. What the kernel has as bytes comes back as text with U+FFFD for whatever is no UTF-8.
 */
declare module 'runtime:system' {
  /** `-errno` where it is negative. */
  type Result = number;

  /** Text, or bytes where it need not be UTF-8. */
  type Path = string | Uint8Array;

  /** The name that the program was started by (argv[0]). */
  export const name: string;
  /** This process: argv without the program's name, environment, and the executable (proc_pid_exe(5)). */
  export const args: readonly string[];
  export const environment: Readonly<Record<string, string>>;
  export const pid: number;
  export function executable(): string | Result;
  export function effectiveUser(): number;
  export function umask(mask: number): number;
  /** Processors that this process may run on (sched_getaffinity(2)). */
  export function processors(): number;
  /** The name of this thread, which /proc/<pid>/comm shows: 15 bytes at most (PR_SET_NAME). */
  export function setName(name: string): Result;
  /** Ends the process at once (_exit(2)). */
  export function exit(code: number): never;

  /** Milliseconds since the process began, of the monotonic clock. */
  export function now(): number;
  /** Fills with random bytes (getrandom(2)). */
  export function random(bytes: Uint8Array): Result;

  /** `ENOENT` of 2; `E2` of a number that is unknown. */
  export function errnoName(errno: number): string;

  type OpenFlag =
    | 'O_RDONLY'
    | 'O_WRONLY'
    | 'O_RDWR'
    | 'O_CREAT'
    | 'O_EXCL'
    | 'O_TRUNC'
    | 'O_APPEND'
    | 'O_NONBLOCK'
    | 'O_DIRECTORY'
    | 'O_NOFOLLOW';
  /** Flags of open(2), some of which each architecture numbers its own way. */
  export const openFlags: Readonly<Record<OpenFlag, number>>;
  export function open(path: Path, flags: number, mode: number): Result;
  export function close(descriptor: number): Result;
  /**
   * @param position where in the file; without it where the descriptor is, which moves on
   * @returns bytes read, 0 at the end
   */
  export function read(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position?: number,
  ): Result;
  /** @returns bytes written; to a closed socket -EPIPE, and no signal comes */
  export function write(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position?: number,
  ): Result;
  /** A whole file, of whatever size (files of /proc say 0). */
  export function readFile(path: string): Uint8Array | Result;

  /** [mode, uid, gid, size, device, inode, links, modified in milliseconds since 1970, changed] */
  type Stats = readonly number[];
  export function stat(path: string): Stats | Result;
  export function lstat(path: Path): Stats | Result;
  export function fstat(descriptor: number): Stats | Result;
  /** [type, block size, blocks, free blocks, blocks available, files, free files] */
  export function statfs(path: string): readonly number[] | Result;
  export function readDirectory(path: string): readonly string[] | Result;
  /** The first names in a directory, `limit` at most, as bytes. */
  export function readNames(path: string, limit: number): readonly Uint8Array[] | Result;
  export function readLink(path: Path): string | Result;
  export function realPath(path: string): string | Result;

  export function makeDirectory(path: Path, mode: number): Result;
  export function removeDirectory(path: Path): Result;
  export function unlink(path: Path): Result;
  export function rename(from: Path, to: Path): Result;
  export function symlink(to: Path, path: Path): Result;
  export function chmod(path: string, mode: number): Result;
  export function fchmod(descriptor: number, mode: number): Result;
  export function chown(path: string, uid: number, gid: number): Result;
  export function lchown(path: Path, uid: number, gid: number): Result;
  export function fchown(descriptor: number, uid: number, gid: number): Result;
  /** Clears the flags that forbid changes, as immutable (FS_IOC_SETFLAGS of ioctl_iflags(2)). */
  export function clearFlags(descriptor: number): Result;
  export function ftruncate(descriptor: number, length: number): Result;

  /** mount(2); an empty source, type or data is passed as an empty text. */
  export function mount(source: string, target: string, type: string, flags: number, data: string): Result;
  export function umount(target: string, flags: number): Result;

  /** A stream socket that does not block, connected or connecting (-EINPROGRESS is no fault here): its descriptor. */
  export function connect(path: string): Result;
  /** Ends what this side of a socket writes; the other side may go on. */
  export function shutdown(descriptor: number): Result;
  /** The error that is pending on a socket (SO_ERROR), as a positive errno; 0 for none. */
  export function socketError(descriptor: number): Result;
  /**
   * Waits until one of the descriptors is ready, a watched signal has come, or the time is over (ppoll(2)); signals that
   * came before are noticed too. `revents` gets what poll(2) tells of each.
   * @param events what to wait for, per descriptor: 1 readable (POLLIN), 4 writable (POLLOUT)
   * @param milliseconds negative: for ever
   * @returns how many descriptors are ready; -EINTR for a signal
   */
  export function poll(
    descriptors: readonly number[],
    events: readonly number[],
    milliseconds: number,
    revents: number[],
  ): Result;
  /** Have a signal noted instead of ending the process; by number. */
  export function watchSignal(number: number): Result;
  /** A watched signal that came and was not taken yet; 0 for none. */
  export function takeSignal(): number;

  /** UTF-8; a lone surrogate becomes U+FFFD. */
  export function encodeUtf8(text: string): Uint8Array;
  /** What is no UTF-8 becomes U+FFFD; with `fatal` undefined is answered instead. */
  export function decodeUtf8(bytes: Uint8Array, fatal: boolean): string | undefined;

  /** What the event loop does between the runtime's own jobs; called until it answers false. */
  export function runLoop(turn: () => boolean): void;
  /** Called once for a rejected promise that nobody handles, when the jobs of a turn are done. */
  export function onUnhandledRejection(handler: (reason: unknown) => void): void;
}
