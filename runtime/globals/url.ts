import { type Parsed, parseUrl, type Settable, setUrlPart } from 'runtime:url';
import { URLSearchParams } from './url-search-params.ts';

/** As much of the web's URL as the driver's sources and the SDK use (URL Standard, 6.1). */
export class URL {
  #href = '';
  #positions: readonly number[] = [];
  #parameters: URLSearchParams | undefined;

  /** @throws TypeError with the code `ERR_INVALID_URL` */
  constructor(input: string | URL, base?: string | URL) {
    this.#take(parsed(input, base));
  }

  static canParse(input: string | URL, base?: string | URL): boolean {
    return parseUrl(String(input), textOf(base)) !== undefined;
  }

  get href(): string {
    return this.#href;
  }

  set href(value: string) {
    this.#take(parsed(value));
    this.#parameters = undefined;
  }

  /** Of other schemes than the web's it says nothing. */
  get origin(): string {
    return /^(?:https?|wss?|ftp):$/.test(this.protocol) ? `${this.protocol}//${this.host}` : 'null';
  }

  get protocol(): string {
    return this.#href.slice(0, (this.#positions[0] ?? 0) + 1);
  }

  set protocol(value: string) {
    this.#set('protocol', value);
  }

  get username(): string {
    return this.#part(1, 2);
  }

  get password(): string {
    return this.#part(3, 4);
  }

  get host(): string {
    return this.#part(5, 8);
  }

  set host(value: string) {
    this.#set('host', value);
  }

  get hostname(): string {
    return this.#part(5, 6);
  }

  set hostname(value: string) {
    this.#set('hostname', value);
  }

  get port(): string {
    return this.#part(7, 8);
  }

  set port(value: string) {
    this.#set('port', value);
  }

  get pathname(): string {
    return this.#part(9, 10);
  }

  set pathname(value: string) {
    this.#set('pathname', value);
  }

  get search(): string {
    return unlessAlone(this.#part(10, 11));
  }

  set search(value: string) {
    this.#set('search', value);
    this.#parameters = undefined;
  }

  get hash(): string {
    return unlessAlone(this.#href.slice(this.#positions[11]));
  }

  set hash(value: string) {
    this.#set('hash', value);
  }

  get searchParams(): URLSearchParams {
    this.#parameters ??= new URLSearchParams(this.search, (text) => this.#set('search', text));
    return this.#parameters;
  }

  toString(): string {
    return this.#href;
  }

  toJSON(): string {
    return this.#href;
  }

  #part(begin: number, end: number): string {
    return this.#href.slice(this.#positions[begin], this.#positions[end]);
  }

  #set(part: Settable, value: string): void {
    const changed = setUrlPart(this.#href, part, String(value));
    if (changed !== undefined) this.#take(changed);
  }

  #take([href, positions]: Parsed): void {
    this.#href = href;
    this.#positions = positions;
  }
}

function parsed(input: string | URL, base?: string | URL): Parsed {
  const found = parseUrl(String(input), textOf(base));
  if (found === undefined) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' });
  return found;
}

function textOf(base: string | URL | undefined): string | undefined {
  return base === undefined ? undefined : String(base);
}

/** A mark with nothing behind it stands in the text, but is no part. */
function unlessAlone(text: string): string {
  return text.length === 1 ? '' : text;
}
