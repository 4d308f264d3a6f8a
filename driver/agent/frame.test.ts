import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameFault, FrameReader } from './frame.ts';

test('messages arrive whole and in order, however they are cut', () => {
  const message = fc.record({ text: fc.string({ unit: 'binary' }), number: fc.integer() });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.infiniteStream(fc.nat(40)), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map((one) => encodeFrame(one)));
      const reader = new FrameReader(10_000);
      const read: unknown[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + (cuts.next().value ?? 0);
        read.push(...reader.push(bytes.subarray(at, end)).map(({ message }) => message));
        at = end;
      }
      expect(read).toEqual(messages);
    }),
  );
});

test('what was read does not change when the memory of a chunk is used again', () => {
  const frame = encodeFrame({ a: 'value' });
  const reader = new FrameReader(1000);
  const first = frame.subarray(0, 10);
  reader.push(first);
  const rest = Buffer.from(frame.subarray(10));
  first.fill(0);
  expect(reader.push(rest)).toMatchObject([{ message: { a: 'value' } }]);
});

test('bodies arrive whole and in order, however they are cut', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 5 }), fc.infiniteStream(fc.nat(40)), (bodies, cuts) => {
      const bytes = Buffer.concat(bodies.map((body, index) => encodeFrame({ index }, body)));
      const reader = new FrameReader(10_000);
      const read: unknown[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + (cuts.next().value ?? 0);
        const frames = reader.push(bytes.subarray(at, end));
        read.push(
          ...frames.map(({ message, body }) => [message['index'], Buffer.from(body).toString('hex')]),
        );
        at = end;
      }
      expect(read).toEqual(bodies.map((body, index) => [index, Buffer.concat(body).toString('hex')]));
    }),
  );
});

describe('a connection is given up after', () => {
  const announcing = (length: number) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(length);
    return prefix;
  };
  test.each([
    ['a length beyond the bound, before any of it is kept', announcing(1001)],
    ['the largest length there is', announcing(0xffffffff)],
    ['what is no JSON', Buffer.concat([announcing(1), Buffer.from('{')])],
    ['an empty message', announcing(0)],
    ['a list', Buffer.concat([announcing(2), Buffer.from('[]')])],
    ['null', Buffer.concat([announcing(4), Buffer.from('null')])],
    ['a body beyond the bound, before any of it is kept', encodeFrame({ body: 1000 })],
    ['a body of less than nothing', encodeFrame({ body: -1 })],
    ['a body of no number', encodeFrame({ body: 'many' })],
  ])('%s', (_, bytes) => {
    const reader = new FrameReader(1000);
    expect(() => reader.push(bytes)).toThrow(FrameFault);
    expect(() => reader.push(encodeFrame({}))).toThrow(FrameFault);
  });
});
