import * as http from 'runtime:http';
import { watchDescriptor } from '../loop.ts';
import type { AbortSignal } from './abort.ts';
import { Buffer } from './buffer.ts';
import { TextDecoder } from './text-encoding.ts';

/** A proxy that is asked to CONNECT. */
interface Proxy {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** `user:password` in base64. */
  readonly credentials?: string | undefined;
}

/** How a request leaves the node. The objects should be the same ones each time: connections are kept by them. */
interface Way {
  /** PEM of authorities that are trusted beside the public ones, or with `isPrivate` alone. */
  readonly tls?: { readonly ca: string; readonly isPrivate?: boolean } | undefined;
  readonly proxy?: Proxy | undefined;
}

interface Init extends Way {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** False: the connection is closed after the answer. */
  readonly keepalive?: boolean;
}

/**
 * The web's `fetch` as far as the sources use it, with `tls` and `proxy` beside. Redirects are answers like others. Fails
 * with an error whose `code` is Node's or OpenSSL's: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `PROXY_HTTP_407`.
 */
export function fetch(url: string, init: Init = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { signal } = init;
    if (signal?.aborted) return reject(signal.reason);
    const id = http.send(
      clientOf(init),
      init.method ?? 'GET',
      url,
      Object.entries(init.headers ?? {}).flat(),
      init.body,
      init.keepalive ?? true,
    );
    begin(new Exchange(id, signal, resolve, reject));
  });
}

/** Makes a connection to an origin that will be asked soon (Bun has the same). */
fetch.preconnect = (origin: string, way: Way = {}): void => {
  const { hostname, port } = new URL(origin);
  http.warm(clientOf(way), hostname.replace(/^\[|\]$/g, ''), Number(port) || 443);
};

/** Addresses of a host (node:dns/promises has the same). Fails with an error whose `code` is Node's. */
export function lookUp(host: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const id = http.lookUp(host);
    begin({
      id,
      hear(news) {
        finish(this);
        if (news[1] === 'addresses') resolve(news[2]);
        else reject(Object.assign(new Error(String(news[2])), { code: news[2] }));
      },
    });
  });
}

const clients = new Map<string, number>();
/** The way that was used last, by the objects that say it. */
let last: Way & { readonly client: number } = { client: -1 };

function clientOf({ tls, proxy }: Way): number {
  if (last.client >= 0 && last.tls === tls && last.proxy === proxy) return last.client;
  const way = proxy && [proxy.host, String(proxy.port), proxy.isSecure ? 'https:' : 'http:'];
  if (proxy?.credentials !== undefined) way?.push(proxy.credentials);
  const key = JSON.stringify([way, tls?.ca, tls?.isPrivate]);
  let client = clients.get(key);
  if (client === undefined) {
    client = http.createClient(tls?.ca, way, tls?.isPrivate ?? false);
    clients.set(key, client);
  }
  last = { tls, proxy, client };
  return client;
}

/** Whoever waits for news of the network. */
interface Listener {
  readonly id: number;
  hear(news: http.News): void;
}

const running = new Map<number, Listener>();
let unwatch: (() => void) | undefined;

function begin(listener: Listener): void {
  running.set(listener.id, listener);
  unwatch ??= watchDescriptor({ descriptor: http.descriptor(), events: () => 1, onReady: takeAll });
}

function finish(listener: Listener): void {
  running.delete(listener.id);
  if (running.size > 0) return;
  unwatch?.();
  unwatch = undefined;
}

function takeAll(): void {
  http.settle();
  for (let news = http.take(); news !== undefined; news = http.take()) running.get(news[0])?.hear(news);
}

/** A request under way, until its answer is complete. */
class Exchange implements Listener {
  readonly id: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (reason: unknown) => void;
  #body: Body | undefined;

  constructor(
    id: number,
    signal: AbortSignal | undefined,
    resolve: (response: Response) => void,
    reject: (reason: unknown) => void,
  ) {
    this.id = id;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this);
  }

  hear(news: http.News): void {
    switch (news[1]) {
      case 'head':
        this.#body = new Body(this);
        this.#resolve(new Response(news[2], news[3], this.#body));
        break;
      case 'chunk':
        this.#body?.add(news[2]);
        break;
      case 'end':
        this.#end(undefined);
        break;
      case 'fault':
        this.#end(Object.assign(new Error(news[2]), { code: news[2] }));
    }
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.cancel(this.#signal?.reason);
  }

  cancel(reason: unknown): void {
    if (!running.has(this.id)) return;
    http.cancel(this.id);
    this.#end(reason);
  }

  /** Lets another piece of the answer come. */
  accept(): void {
    if (running.has(this.id)) http.accept(this.id);
  }

  #end(fault: unknown): void {
    finish(this);
    this.#signal?.removeEventListener('abort', this);
    if (this.#body !== undefined) this.#body.end(fault);
    else this.#reject(fault);
  }
}

/** The pieces of an answer as they come; read once. */
class Body {
  readonly #exchange: Exchange;
  readonly #pieces: Uint8Array[] = [];
  #isComplete = false;
  #fault: unknown;
  #wake: (() => void) | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  end(fault: unknown): void {
    this.#isComplete = true;
    this.#fault = fault;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#exchange.accept();
          yield piece;
        } else if (this.#isComplete) {
          if (this.#fault !== undefined) throw this.#fault;
          return;
        } else await this.#news();
      }
    } finally {
      this.#exchange.cancel(undefined);
    }
  }

  /** All of it: mostly in one piece that is there already. */
  async text(): Promise<string> {
    const pieces: Uint8Array[] = [];
    for (;;) {
      for (let piece = this.#pieces.shift(); piece !== undefined; piece = this.#pieces.shift()) {
        this.#exchange.accept();
        pieces.push(piece);
      }
      if (this.#isComplete) break;
      await this.#news();
    }
    if (this.#fault !== undefined) throw this.#fault;
    const [only] = pieces;
    return new TextDecoder().decode(pieces.length === 1 ? only : Buffer.concat(pieces));
  }

  async cancel(): Promise<void> {
    this.#exchange.cancel(undefined);
  }

  async #news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}

/** What `fetch` answers. */
class Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;

  constructor(status: number, headers: readonly string[], body: Body) {
    this.status = status;
    this.headers = new Headers(headers);
    this.body = body;
  }

  text(): Promise<string> {
    return this.body.text();
  }
}

/** Names are in lower case. */
class Headers {
  readonly #values = new Map<string, string>();

  /** @param list names and values by turns; of the same name the values are joined (Fetch Standard, 2.2.2) */
  constructor(list: readonly string[]) {
    for (let at = 0; at + 1 < list.length; at += 2) {
      const [name = '', value = ''] = [list[at], list[at + 1]];
      const before = this.#values.get(name);
      this.#values.set(name, before === undefined ? value : `${before}, ${value}`);
    }
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#values.entries();
  }
}
