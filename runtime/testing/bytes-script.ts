import { outcome, print, readInput } from './answers.ts';

/** Texts and bytes through Buffer, TextEncoder, TextDecoder, atob and btoa. */

interface Input {
  readonly texts: readonly string[];
  /** ASCII: of other texts Node takes half of a character for a digit. */
  readonly encoded: readonly string[];
  readonly bytes: readonly (readonly number[])[];
}

const { texts, encoded, bytes } = readInput<Input>();
print({
  texts: texts.map(ofText),
  encoded: encoded.map(ofEncoded),
  bytes: bytes.map(ofBytes),
  pairs: bytes.map(ofPair),
});

function ofText(text: string): unknown {
  const room = Buffer.alloc(7);
  return [
    Buffer.byteLength(text),
    Buffer.from(text).toString('hex'),
    Buffer.from(text, 'latin1').toString('hex'),
    [room.write(text, 2), room.toString('hex')],
    new TextEncoder().encode(text).length,
    nameOf(() => btoa(text)),
    text.isWellFormed(),
    JSON.stringify(text),
  ];
}

function ofEncoded(text: string): unknown {
  return [
    ...(['base64', 'base64url', 'hex'] as const).map((encoding) =>
      Buffer.from(text, encoding).toString('hex'),
    ),
    nameOf(() => Array.from(atob(text), (character) => character.charCodeAt(0))),
  ];
}

function ofBytes(numbers: readonly number[]): unknown {
  const buffer = Buffer.from(numbers);
  const whole = Uint8Array.from(numbers);
  const part = buffer.subarray(1, -1);
  return [
    ...(['utf8', 'hex', 'base64', 'base64url', 'latin1'] as const).map((encoding) =>
      buffer.toString(encoding),
    ),
    buffer.toString('utf8', 1, 3),
    buffer.toString('utf8', 2),
    [part instanceof Buffer, part.toString('latin1'), Buffer.isBuffer(part), Buffer.isBuffer(whole)],
    Buffer.from(whole.buffer, whole.length > 1 ? 1 : 0).toString('hex'),
    [true, false].flatMap((fatal) =>
      [true, false].map((ignoreBOM) =>
        nameOf(() => new TextDecoder('utf-8', { fatal, ignoreBOM }).decode(whole)),
      ),
    ),
    nameOf(() => buffer.readUInt32BE(0)),
    nameOf(() => buffer.readUInt32BE(1)),
    nameOf(() => [buffer.writeUInt32BE(0xfeed_beef, 0), buffer.toString('hex')]),
    // Memory of one's own, and memory shared.
    [whole.join(), buffer.subarray(0, 2).fill(1).length, buffer.toString('hex')],
  ];
}

function ofPair(numbers: readonly number[], index: number): unknown {
  const [one, other] = [Buffer.from(numbers), Buffer.from(bytes[index + 1] ?? [])];
  const all = Buffer.concat([one, other]);
  return [
    all.toString('hex'),
    all instanceof Buffer,
    Buffer.concat([one, other], 3).toString('hex'),
    Buffer.concat([]).length,
    Buffer.compare(one, other),
    one.equals(other),
    one.equals(Buffer.from(numbers)),
  ];
}

/** Of what is thrown only the name: the texts are each runtime's own, and the driver tells none of them. */
function nameOf(action: () => unknown): unknown {
  const found = outcome(action) as { name?: unknown } | undefined;
  return typeof found === 'object' && found !== null && 'name' in found ? found.name : found;
}
