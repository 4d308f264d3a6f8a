import * as system from 'runtime:system';

type Encoding = 'utf8' | 'utf-8' | 'utf16le' | 'hex' | 'base64' | 'base64url' | 'latin1' | 'binary';

/** What the runtime has, and the language's newest library says. Source: TC39, "Uint8Array to/from base64 and hex". */
interface Encodable {
  toHex(): string;
  toBase64(options?: { alphabet?: 'base64' | 'base64url'; omitPadding?: boolean }): string;
}
interface Decoding {
  fromHex(text: string): Uint8Array<ArrayBuffer>;
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
}

/** The forms of the constructor that are used here: TypeScript would leave out some of them in a class of its own. */
const Base = Uint8Array as new (
  memory: number | ArrayBuffer,
  offset?: number,
  length?: number,
) => Uint8Array<ArrayBuffer>;

/** As much of Node's Buffer as the driver uses. */
class Bytes extends Base {
  override toString(encoding: Encoding = 'utf8', start = 0, end = this.length): string {
    const part = Uint8Array.prototype.subarray.call(this, Math.max(0, start), Math.max(0, end));
    const encodable = part as Uint8Array & Encodable;
    switch (encoding) {
      case 'utf8':
      case 'utf-8':
        return system.decodeUtf8(part, false) ?? '';
      case 'hex':
        return encodable.toHex();
      case 'base64':
        return encodable.toBase64();
      case 'base64url':
        return encodable.toBase64({ alphabet: 'base64url', omitPadding: true });
      case 'latin1':
      case 'binary':
        return latin1(part);
      case 'utf16le':
        return utf16(part);
      default:
        throw unknownEncoding(encoding);
    }
  }

  override subarray(start?: number, end?: number): Bytes {
    return super.subarray(start, end) as Bytes;
  }

  /** Of the same memory, unlike an array's. */
  override slice(start?: number, end?: number): Bytes {
    return this.subarray(start, end);
  }

  equals(other: Uint8Array): boolean {
    return compare(this, other) === 0;
  }

  /** @returns how many bytes were written: those of whole characters that there is room for */
  write(text: string, offset = 0, encoding: Encoding = 'utf8'): number {
    const bytes = bytesOf(text, encoding);
    let length = Math.min(bytes.length, this.length - offset);
    // The bytes of a character after its first are 10xxxxxx.
    const isUtf8 = encoding === 'utf8' || encoding === 'utf-8';
    if (isUtf8)
      while (length > 0 && length < bytes.length && ((bytes[length] ?? 0) & 0xc0) === 0x80) length--;
    this.set(bytes.subarray(0, length), offset);
    return length;
  }

  /** Each pair of bytes the other way round, in place. */
  swap16(): this {
    if (this.length % 2 !== 0) throw outOfRange('length');
    for (let at = 0; at < this.length; at += 2) {
      const first = this[at] ?? 0;
      this[at] = this[at + 1] ?? 0;
      this[at + 1] = first;
    }
    return this;
  }

  readUInt32BE(offset = 0): number {
    return viewOf(this).getUint32(offset);
  }

  writeUInt32BE(value: number, offset = 0): number {
    if (!(value >= 0 && value <= 0xffff_ffff)) throw outOfRange('value');
    viewOf(this).setUint32(offset, value);
    return offset + 4;
  }
}

/** A view's errors are RangeErrors too. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

const statics = {
  /** A copy of bytes; the same memory as an ArrayBuffer. */
  from(
    source: string | ArrayBuffer | ArrayLike<number>,
    encodingOrOffset?: Encoding | number,
    length?: number,
  ): Bytes {
    if (typeof source === 'string') {
      const { buffer, byteOffset, byteLength } = bytesOf(source, encodingOrOffset as Encoding | undefined);
      return new Bytes(buffer, byteOffset, byteLength);
    }
    if (source instanceof ArrayBuffer)
      return new Bytes(source, encodingOrOffset as number | undefined, length);
    const copy = new Bytes(source.length);
    copy.set(source);
    return copy;
  },

  /** @param filling repeated as often as there is room */
  alloc(size: number, filling: number | Uint8Array = 0): Bytes {
    const made = new Bytes(size);
    if (typeof filling === 'number') return filling === 0 ? made : (made.fill(filling) as Bytes);
    for (let at = 0; at < size && filling.length > 0; at += filling.length)
      made.set(filling.subarray(0, size - at), at);
    return made;
  },

  /** Zeroed all the same: this runtime has no other memory. */
  allocUnsafe(size: number): Bytes {
    return new Bytes(size);
  },

  byteLength(value: string | ArrayBufferView | ArrayBuffer): number {
    return typeof value === 'string' ? system.encodeUtf8(value).length : value.byteLength;
  },

  concat(
    list: readonly Uint8Array[],
    totalLength = list.reduce((length, bytes) => length + bytes.length, 0),
  ): Bytes {
    const whole = new Bytes(totalLength);
    let offset = 0;
    for (const bytes of list) {
      const fitting = bytes.subarray(0, totalLength - offset);
      whole.set(fitting, offset);
      offset += fitting.length;
    }
    return whole;
  },

  compare,

  isBuffer(value: unknown): boolean {
    return value instanceof Bytes;
  },
};

export const Buffer = Object.assign(Bytes, statics) as unknown as typeof statics & { prototype: Bytes };

function bytesOf(text: string, encoding: Encoding = 'utf8'): Uint8Array<ArrayBuffer> {
  switch (encoding) {
    case 'utf8':
    case 'utf-8':
      return system.encodeUtf8(text) as Uint8Array<ArrayBuffer>;
    case 'hex':
      return fromHex(text);
    case 'base64':
    case 'base64url':
      return fromBase64(text);
    case 'latin1':
    case 'binary':
      return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
    case 'utf16le':
      return Uint8Array.from(
        { length: text.length * 2 },
        (_, at) => text.charCodeAt(at >> 1) >> ((at & 1) * 8),
      );
    default:
      throw unknownEncoding(encoding);
  }
}

/** As in Node up to the first pair that is none. */
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const [digits = ''] = /^(?:[0-9a-f]{2})*/i.exec(text) ?? [];
  return (Uint8Array as unknown as Decoding).fromHex(digits);
}

/** As in Node either alphabet, up to the padding, and what is neither is passed over. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const [unpadded = ''] = text.split('=', 1);
  const digits = unpadded
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]+/g, '');
  // One digit alone stands for no byte.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return (Uint8Array as unknown as Decoding).fromBase64(whole);
}

/** A last byte alone stands for nothing. */
function utf16(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < bytes.length; at += 2)
    text += String.fromCharCode((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  return text;
}

/** In parts: so many arguments overflow the stack. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function compare(one: Uint8Array, other: Uint8Array): -1 | 0 | 1 {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  if (one.length === other.length) return 0;
  return one.length < other.length ? -1 : 1;
}

function unknownEncoding(encoding: string): Error {
  return Object.assign(new TypeError(`Unknown encoding: ${encoding}`), { code: 'ERR_UNKNOWN_ENCODING' });
}

function outOfRange(what: string): Error {
  return Object.assign(new RangeError(`The value of "${what}" is out of range.`), {
    code: 'ERR_OUT_OF_RANGE',
  });
}
