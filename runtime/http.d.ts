/**
 * HTTP/1.1 over TCP and TLS, on a thread of its own (runtime/host/src/net). Nothing here waits: a request is started, and
 * `take` tells what came of it once `descriptor` is readable.
 */
declare module 'runtime:http' {
  /**
   * Makes a pool of connections. It lives as long as the process, so there should be few.
   * @param ca PEM of authorities that are trusted beside the public ones
   * @param proxy host (an IPv6 address without brackets), port, `http:` or `https:`, and `user:password` in base64 if any
   * @param isPrivate whether the authorities of `ca` alone are trusted
   */
  export function createClient(ca?: string, proxy?: readonly string[], isPrivate?: boolean): number;

  /**
   * Starts a request.
   * @param headers names and values by turns; without `host` and `content-length`
   * @param isKept whether the connection is kept for further requests
   * @returns its number
   */
  export function send(
    client: number,
    method: string,
    url: string,
    headers: readonly string[],
    body: string | undefined,
    isKept: boolean,
  ): number;

  /** Ends a request; nothing is told of it any more. */
  export function cancel(request: number): void;

  /** Says that a piece of an answer was used up: four are sent ahead, then the server has to wait. */
  export function accept(request: number): void;

  /** Looks up a host and makes the first connection to it, if there is none. A failure is left to the request. */
  export function warm(client: number, host: string, port: number): void;

  /** Looks a name up; the answer comes as that of a request. @returns its number */
  export function lookUp(host: string): number;

  /** Readable once there is something to take. */
  export function descriptor(): number;

  /** Makes `descriptor` unreadable. Called before everything is taken. */
  export function settle(): void;

  /** A body comes decompressed; then its headers say so no longer. The code of a fault is Node's or OpenSSL's. */
  export type News =
    | readonly [request: number, kind: 'head', status: number, headers: readonly string[]]
    | readonly [request: number, kind: 'chunk', bytes: Uint8Array]
    | readonly [request: number, kind: 'addresses', addresses: readonly string[]]
    | readonly [request: number, kind: 'end']
    | readonly [request: number, kind: 'fault', code: string];

  export function take(): News | undefined;
}
