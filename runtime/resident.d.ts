/**
 * What runtime/host/src/resident gives a program that stays, beside `runtime:system`. A call that fails answers `-errno`.
 * Nothing waits but `sync`.
 */
declare module 'runtime:resident' {
  type Result = number;

  /** Listens at a path (unix(7)), at which there must be nothing. @returns the descriptor, which does not wait */
  export function listen(path: string, backlog: number): Result;
  /** Listens on an IP address; with `::` on IPv4 too. @param port 0 for one that is free */
  export function listenTcp(address: string, port: number, backlog: number): Result;
  /** @returns the next connection, which does not wait; `-EAGAIN` for none */
  export function accept(listener: number): Result;
  /** The port that a socket is bound to; 0 for a socket of another kind. */
  export function localPort(socket: number): Result;

  /**
   * Starts a program that has nothing to read, and none of this process's descriptors.
   * @param name what the program is told as its own name
   * @param environment `NAME=value`
   * @returns its id, and where its standard output and its standard error are read, which do not wait
   */
  export function spawn(
    program: string,
    name: string,
    args: readonly string[],
    environment: readonly string[],
    directory: string,
  ): readonly [id: number, output: number, errors: number] | Result;
  /** The exit code of a program that this one started, or 256 + the signal that ended it; undefined while it runs. */
  export function wait(id: number): Result | undefined;
  /** Sends a signal by its number; 0 only asks whether that may be. */
  export function kill(id: number, signal: number): Result;

  /** @param rights 4 to read, 2 to write, 1 to execute, 0 whether it is there (access(2)) */
  export function access(path: string, rights: number): Result;
  /** Waits until the disk has a file (fsync(2)). */
  export function sync(descriptor: number): Result;
  /** A descriptor that tells of changes (inotify(7)); reading it does not wait. */
  export function watcher(): Result;
  /** @returns the number that the news of this path bears */
  export function watch(watcher: number, path: string, events: number): Result;

  /** Names of interfaces and their IP addresses by turns. */
  export function addresses(): readonly string[] | Result;

  /** The engine looks for cycles when its memory has grown to so many bytes, and after that by half. */
  export function setGcThreshold(bytes: number): void;
  /** A crash is told on standard error, and ends the process with this code, as no call-out has to be answered. */
  export function onCrash(exitCode: number): void;
}
