type Init = string | Iterable<readonly [string, string]> | Readonly<Record<string, string>>;

/** As much of the web's URLSearchParams as is used (URL Standard, 6.2). */
export class URLSearchParams {
  #pairs: [name: string, value: string][];
  readonly #onChange: (text: string) => void;

  /** @param onChange is told the text of the query after each change: how a URL follows */
  constructor(init: Init = '', onChange: (text: string) => void = () => undefined) {
    this.#pairs = pairsOf(init);
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([String(name), String(value)]);
    this.#onChange(this.toString());
  }

  delete(name: string): void {
    this.#pairs = this.#pairs.filter(([one]) => one !== name);
    this.#onChange(this.toString());
  }

  get(name: string): string | null {
    return this.#pairs.find(([one]) => one === name)?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([one]) => one === name).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#pairs.some(([one]) => one === name);
  }

  /** The first of its name gets the value, and the others go. */
  set(name: string, value: string): void {
    const first = this.#pairs.findIndex(([one]) => one === name);
    if (first < 0) {
      this.append(name, value);
      return;
    }
    this.#pairs = this.#pairs.filter(([one], index) => one !== name || index === first);
    this.#pairs[first] = [String(name), String(value)];
    this.#onChange(this.toString());
  }

  forEach(action: (value: string, name: string, parameters: URLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) action(value, name, this);
  }

  keys(): IterableIterator<string> {
    return this.#pairs.map(([name]) => name).values();
  }

  values(): IterableIterator<string> {
    return this.#pairs.map(([, value]) => value).values();
  }

  entries(): IterableIterator<[string, string]> {
    return this.#pairs.map(([name, value]): [string, string] => [name, value]).values();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map((pair) => pair.map(encoded).join('=')).join('&');
  }
}

function pairsOf(init: Init): [string, string][] {
  if (typeof init === 'string') return parsed(init.replace(/^\?/, ''));
  const pairs = Symbol.iterator in init ? [...init] : Object.entries(init);
  return pairs.map(([name, value]) => [String(name), String(value)]);
}

function parsed(query: string): [string, string][] {
  const parts = query.split('&').filter((part) => part !== '');
  return parts.map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [decoded(part), ''] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
  });
}

/** application/x-www-form-urlencoded (URL Standard, 5.2). */
function encoded(text: string): string {
  const escaped = encodeURIComponent(text.toWellFormed());
  const signs = escaped.replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return signs.replaceAll('%20', '+');
}

/** What is no escape stays as it is, and what is no UTF-8 becomes U+FFFD. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  const bytes = new TextEncoder().encode(spaced);
  const unescaped: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const pair = bytes[at] === 0x25 ? String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0) : '';
    const isEscape = /^[0-9a-fA-F]{2}$/.test(pair);
    unescaped.push(isEscape ? Number.parseInt(pair, 16) : (bytes[at] ?? 0));
    if (isEscape) at += 2;
  }
  return Buffer.from(unescaped).toString();
}
