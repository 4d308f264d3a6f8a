// UTF-8 by the book, to compare with.
import { below } from './random.mjs';

export function utf8Of(point) {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}

export function hostileBytes() {
  const edges = [
    0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
    0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff, 0xbb, 0xbe,
  ];
  return Uint8Array.from({ length: below(9) }, () => edges[below(edges.length)]);
}

/** The decoder of https://encoding.spec.whatwg.org/#utf-8-decoder, word for word. */
export function decoded(bytes) {
  let [text, point, seen, needed, lower, upper] = ['', 0, 0, 0, 0x80, 0xbf];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (needed === 0) {
      if (byte <= 0x7f) text += String.fromCodePoint(byte);
      else if (byte >= 0xc2 && byte <= 0xdf) [needed, point] = [1, byte & 0x1f];
      else if (byte >= 0xe0 && byte <= 0xef) {
        if (byte === 0xe0) lower = 0xa0;
        if (byte === 0xed) upper = 0x9f;
        [needed, point] = [2, byte & 0xf];
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        if (byte === 0xf0) lower = 0x90;
        if (byte === 0xf4) upper = 0x8f;
        [needed, point] = [3, byte & 0x7];
      } else text += '\ufffd';
      continue;
    }
    if (byte < lower || byte > upper) {
      [point, needed, seen, lower, upper] = [0, 0, 0, 0x80, 0xbf];
      text += '\ufffd';
      index--;
      continue;
    }
    [lower, upper] = [0x80, 0xbf];
    point = (point << 6) | (byte & 0x3f);
    seen++;
    if (seen !== needed) continue;
    text += String.fromCodePoint(point);
    [point, needed, seen] = [0, 0, 0];
  }
  return needed === 0 ? text : `${text}\ufffd`;
}
