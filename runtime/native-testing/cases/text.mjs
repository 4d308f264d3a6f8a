import * as system from 'runtime:system';
import { is, throws } from '../assertions.mjs';
import { decoded, hostileBytes, utf8Of } from '../utf8.mjs';

export const textCases = {
  'text to UTF-8'() {
    is(system.encodeUtf8(''), new Uint8Array(0), 'an empty text');
    is(
      system.encodeUtf8('a\0é€😀'),
      new Uint8Array([97, 0, 195, 169, 226, 130, 172, 240, 159, 152, 128]),
      'one to four bytes',
    );
    is(system.encodeUtf8('\ud800'), new Uint8Array([239, 191, 189]), 'a lone high surrogate');
    is(system.encodeUtf8('x\udfffy'), new Uint8Array([120, 239, 191, 189, 121]), 'a lone low surrogate');
    is(
      system.encodeUtf8('\ude00\ud83d'),
      new Uint8Array([239, 191, 189, 239, 191, 189]),
      'a pair the wrong way round',
    );
    is(
      system.encodeUtf8('\ud83d\ud83d\ude00'),
      new Uint8Array([239, 191, 189, 240, 159, 152, 128]),
      'one before a pair',
    );
    let wrong = 0;
    for (let point = 0; point <= 0x10ffff; point += point < 0x10000 ? 1 : 37) {
      const expected = point >= 0xd800 && point < 0xe000 ? [239, 191, 189] : utf8Of(point);
      if (String(system.encodeUtf8(String.fromCodePoint(point))) !== String(expected)) wrong++;
    }
    is(wrong, 0, 'code points that are encoded wrongly');
    const rope = 'é'.repeat(50_000) + '😀'.repeat(50_000);
    is(system.encodeUtf8(rope).length, 300_000, 'a long text');
    for (const other of [1, null, undefined, {}, Symbol('x'), new String('x'), 1n])
      throws(TypeError, () => system.encodeUtf8(other), `encodeUtf8 of ${typeof other}`);
  },

  'UTF-8 to text'() {
    for (const [bytes, text] of [
      [[], ''],
      [[0x61, 0, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80], 'a\0é€😀'],
      [[0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
      [[0x80], '\ufffd'],
      [[0xc0, 0x80], '\ufffd\ufffd'],
      [[0xc2], '\ufffd'],
      [[0xc2, 0x41], '\ufffdA'],
      [[0xe2, 0x82], '\ufffd'],
      [[0xe2, 0x82, 0x41], '\ufffdA'],
      [[0xe0, 0x9f, 0xbf], '\ufffd\ufffd\ufffd'],
      [[0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
      [[0xf0, 0x8f, 0xbf, 0xbf], '\ufffd\ufffd\ufffd\ufffd'],
      [[0xf0, 0x9f, 0x98], '\ufffd'],
      [[0xf0, 0x9f, 0x98, 0xf0, 0x9f, 0x98, 0x80], '\ufffd😀'],
      [[0xf4, 0x90, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
      [[0xf5, 0x80, 0xff], '\ufffd\ufffd\ufffd'],
    ]) {
      is(system.decodeUtf8(new Uint8Array(bytes), false), text, `decode ${bytes}`);
      is(
        system.decodeUtf8(new Uint8Array(bytes), true),
        text.includes('\ufffd') ? undefined : text,
        `decode ${bytes}, fatal`,
      );
    }
    is(system.decodeUtf8(new Uint8Array([0xef, 0xbf, 0xbd]), true), '\ufffd', 'U+FFFD itself is no fault');
    is(system.decodeUtf8(new Uint8Array([97, 0xc3, 0xa9, 98]).subarray(1, 3), true), 'é', 'a view');
    for (const fatal of [undefined, 0, 1, 'true'])
      throws(TypeError, () => system.decodeUtf8(new Uint8Array(1), fatal), `fatal ${fatal}`);
    let wrong = 0;
    for (let round = 0; round < 30_000; round++) {
      const bytes = hostileBytes();
      const expected = decoded(bytes);
      if (system.decodeUtf8(bytes, false) !== expected) wrong++;
      if ((system.decodeUtf8(bytes, true) === undefined) !== expected.includes('\ufffd')) wrong++;
    }
    is(wrong, 0, 'random bytes that are decoded otherwise than the standard says');
    const long = 'naïve 😀 '.repeat(20_000);
    is(system.decodeUtf8(system.encodeUtf8(long), true) === long, true, 'a long text there and back');
    is(
      system.decodeUtf8(new Uint8Array(100_000).fill(0xff), false) === '\ufffd'.repeat(100_000),
      true,
      'long nonsense',
    );
  },
};
