import * as system from 'runtime:system';
import { startImmediate, watchDescriptor } from '../loop.ts';

/** Standard input, output and errors, as much of Node's as the installer uses. */

const POLLOUT = 4;
/** A pipe that is ready has room for so many bytes (pipe(7), PIPE_BUF): writing them does not wait. */
const PIECE_BYTES = 4096;
/** What nobody takes is kept up to this; then whole texts are dropped, as memory must not fill with a log. */
const MAX_KEPT_BYTES = 1024 * 1024;
const CHUNK_BYTES = 65_536;

type Callback = () => void;

/** Standard output or errors. Whoever has the other end may take as long as they like: no write waits. */
export class WriteStream {
  readonly #descriptor: number;
  readonly #kept: { readonly bytes: Uint8Array; readonly done: Callback | undefined }[] = [];
  #keptBytes = 0;
  #unwatch: (() => void) | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @param done called once the text is written, or dropped because it cannot be */
  write(text: string, done?: Callback): boolean {
    const bytes = system.encodeUtf8(text);
    if (this.#keptBytes > 0 && this.#keptBytes + bytes.length > MAX_KEPT_BYTES) {
      if (done !== undefined) startImmediate(done);
      return false;
    }
    this.#kept.push({ bytes, done });
    this.#keptBytes += bytes.length;
    this.#flush();
    return this.#kept.length === 0;
  }

  #flush(): void {
    for (let next = this.#kept[0]; next !== undefined; next = this.#kept[0]) {
      const rest = this.#writeReady(next.bytes);
      this.#keptBytes -= next.bytes.length - rest.length;
      if (rest.length > 0) {
        this.#kept[0] = { ...next, bytes: rest };
        this.#wait();
        return;
      }
      this.#kept.shift();
      if (next.done !== undefined) startImmediate(next.done);
    }
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  /** @returns what cannot be written now; nothing of it where it never can */
  #writeReady(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (rest.length > 0) {
      const revents: number[] = [];
      if (system.poll([this.#descriptor], [POLLOUT], 0, revents) <= 0) return rest;
      const length = Math.min(PIECE_BYTES, rest.length);
      const written = system.write(this.#descriptor, rest, 0, length);
      if (written >= 0) rest = rest.subarray(written);
      else if (['EAGAIN', 'EINTR'].includes(system.errnoName(-written))) return rest;
      else return new Uint8Array();
    }
    return rest;
  }

  #wait(): void {
    this.#unwatch ??= watchDescriptor({
      descriptor: this.#descriptor,
      events: () => POLLOUT,
      onReady: () => this.#flush(),
    });
  }
}

/** Standard input: its chunks, in order, to its end. */
export const standardInput: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {
    for (;;) {
      await readable(0);
      const chunk = new Uint8Array(CHUNK_BYTES);
      const length = system.read(0, chunk, 0, CHUNK_BYTES);
      if (length > 0) yield chunk.subarray(0, length);
      else if (length === 0 || !['EAGAIN', 'EINTR'].includes(system.errnoName(-length))) return;
    }
  },
};

function readable(descriptor: number): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = watchDescriptor({
      descriptor,
      events: () => 1,
      onReady() {
        unwatch();
        resolve();
      },
    });
  });
}
