/** A message: its length in bytes as 32 bits, big-endian, then that much JSON in UTF-8. */

const PREFIX_BYTES = 4;

/** What arrives is no frame, or a larger one than may be. */
export class FrameFault extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'FrameFault';
  }
}

export function encodeFrame(message: object): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, PREFIX_BYTES);
  return frame;
}

/** Puts frames together again. Nothing is kept beyond `maxBytes` of a frame, whatever length it announces. */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #broken = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The messages that are whole with this chunk, in order.
   * @throws FrameFault once a frame is too large, or no JSON object; nothing can be read after that
   */
  push(chunk: Uint8Array): Readonly<Record<string, unknown>>[] {
    if (this.#broken) throw new FrameFault('the connection is broken');
    // A copy: the runtime may use the memory of a chunk again.
    this.#chunks.push(Buffer.from(chunk));
    this.#bytes += chunk.length;
    try {
      const messages: Readonly<Record<string, unknown>>[] = [];
      for (let message = this.#take(); message !== undefined; message = this.#take()) messages.push(message);
      return messages;
    } catch (error) {
      this.#broken = true;
      this.#chunks = [];
      throw error;
    }
  }

  #take(): Readonly<Record<string, unknown>> | undefined {
    if (this.#bytes < PREFIX_BYTES) return undefined;
    const length = this.#joined(PREFIX_BYTES).readUInt32BE(0);
    if (length > this.#maxBytes) throw new FrameFault(`a message has ${length} bytes`);
    const end = PREFIX_BYTES + length;
    if (this.#bytes < end) return undefined;
    const bytes = this.#joined(end);
    this.#chunks = bytes.length > end ? [bytes.subarray(end)] : [];
    this.#bytes -= end;
    return parse(bytes.toString('utf8', PREFIX_BYTES, end));
  }

  /** All chunks as one when the first is shorter than `length`: a large frame is put together once, not each time. */
  #joined(length: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new FrameFault('a message is not JSON');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new FrameFault('a message is no JSON object');
  return message as Readonly<Record<string, unknown>>;
}
