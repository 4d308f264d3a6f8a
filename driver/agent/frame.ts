/**
 * A frame: the length of its message in bytes as 32 bits, big-endian, then that much JSON in UTF-8, then the body. The
 * message's field `body` tells how many bytes that has; without the field there is none.
 */

const PREFIX_BYTES = 4;

type Message = Readonly<Record<string, unknown>>;

/** One frame that has arrived whole. */
export interface Frame {
  readonly message: Message;
  readonly body: Uint8Array;
}

/** What arrives is no frame, or a larger one than may be. */
export class FrameFault extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'FrameFault';
  }
}

/** @param body parts that are sent one after the other */
export function encodeFrame(message: object, body: readonly Uint8Array[] = []): Buffer {
  const bodyBytes = body.reduce((bytes, part) => bytes + part.length, 0);
  const text = JSON.stringify(bodyBytes === 0 ? message : { ...message, body: bodyBytes });
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length + bodyBytes);
  frame.writeUInt32BE(length, 0);
  frame.write(text, PREFIX_BYTES);
  let at = PREFIX_BYTES + length;
  for (const part of body) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** Puts frames together again. Keeps nothing beyond `maxBytes` of a frame, whatever length it announces. */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** A message whose body has not arrived yet. */
  #announced: { readonly message: Message; readonly bodyBytes: number } | undefined;
  #broken = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The frames that are whole with this chunk, in order.
   * @throws FrameFault once a frame is too large, or no JSON object; nothing can be read after that
   */
  push(chunk: Uint8Array): Frame[] {
    if (this.#broken) throw new FrameFault('the connection is broken');
    // A copy: the runtime may use the memory of a chunk again.
    this.#chunks.push(Buffer.from(chunk));
    this.#bytes += chunk.length;
    try {
      const frames: Frame[] = [];
      for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
      return frames;
    } catch (error) {
      this.#broken = true;
      this.#chunks = [];
      throw error;
    }
  }

  #take(): Frame | undefined {
    this.#announced ??= this.#takeMessage();
    if (this.#announced === undefined || this.#bytes < this.#announced.bodyBytes) return undefined;
    const { message, bodyBytes } = this.#announced;
    this.#announced = undefined;
    return { message, body: this.#takeBytes(bodyBytes) };
  }

  #takeMessage(): { message: Message; bodyBytes: number } | undefined {
    if (this.#bytes < PREFIX_BYTES) return undefined;
    const length = this.#joined(PREFIX_BYTES).readUInt32BE(0);
    if (length > this.#maxBytes) throw new FrameFault(`a message has ${length} bytes`);
    if (this.#bytes < PREFIX_BYTES + length) return undefined;
    this.#takeBytes(PREFIX_BYTES);
    const message = parse(this.#takeBytes(length).toString('utf8'));
    const { body: bodyBytes = 0 } = message;
    if (!Number.isSafeInteger(bodyBytes) || (bodyBytes as number) < 0)
      throw new FrameFault('a message does not tell the length of its body');
    if (length + (bodyBytes as number) > this.#maxBytes)
      throw new FrameFault(`a frame has ${length} bytes and a body of ${bodyBytes}`);
    return { message, bodyBytes: bodyBytes as number };
  }

  #takeBytes(length: number): Buffer {
    if (length === 0) return Buffer.alloc(0);
    const whole = this.#joined(length);
    this.#chunks[0] = whole.subarray(length);
    this.#bytes -= length;
    return whole.subarray(0, length);
  }

  /** The first chunk, made to have at least `length` bytes: a large frame is put together once, not each time. */
  #joined(length: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}

function parse(text: string): Message {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new FrameFault('a message is not JSON');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new FrameFault('a message is no JSON object');
  return message as Message;
}
