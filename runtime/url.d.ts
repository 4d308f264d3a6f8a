/** URLs by the WHATWG's rules (runtime/host/src/url.rs). */
declare module 'runtime:url' {
  /**
   * A URL's text, which is ASCII, and where in it are: the end of the scheme; begin and end of username, password, host,
   * port and path; the end of the query.
   */
  type Parsed = readonly [href: string, positions: readonly number[]];

  type Settable = 'protocol' | 'host' | 'hostname' | 'port' | 'pathname' | 'search' | 'hash';

  /** Undefined for an invalid URL. */
  export function parseUrl(input: string, base: string | undefined): Parsed | undefined;
  /** Sets one part as the setter of that name does: an invalid value changes nothing. Undefined for an invalid URL. */
  export function setUrlPart(href: string, part: Settable, value: string): Parsed | undefined;
}
