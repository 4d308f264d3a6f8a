import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { O_RDWR } from '../numbers.mjs';

export const buffersCases = {
  'buffers that went away'() {
    const descriptor = system.open('/dev/zero', O_RDWR, 0);
    const detached = new Uint8Array(8);
    detached.buffer.transfer();
    throws(TypeError, () => system.read(descriptor, detached, 0, 0), 'read to a detached buffer');
    throws(TypeError, () => system.write(descriptor, detached, 0, 0), 'write of a detached buffer');
    throws(TypeError, () => system.random(detached), 'random in a detached buffer');
    throws(TypeError, () => system.decodeUtf8(detached, false), 'text of a detached buffer');
    const resizable = new ArrayBuffer(16, { maxByteLength: 32 });
    const [fixed, tracking] = [new Uint8Array(resizable, 8, 8), new Uint8Array(resizable, 4)];
    is(system.read(descriptor, tracking, 0, 12), 12, 'read to a resizable buffer');
    resizable.resize(10);
    throws(TypeError, () => system.read(descriptor, fixed, 0, 1), 'read to a view that is out of bounds');
    throws(RangeError, () => system.read(descriptor, tracking, 0, 7), 'read to a view that shrank');
    is(system.read(descriptor, tracking, 0, 6), 6, 'read to what is left');
    holds(system.decodeUtf8(tracking, false).length === 6, 'text of what is left');
    resizable.resize(2);
    throws(TypeError, () => system.random(tracking), 'random in what is out of bounds');
    for (const other of [
      new ArrayBuffer(8),
      new Int8Array(8),
      new Uint8ClampedArray(8),
      new Uint16Array(4),
      new DataView(new ArrayBuffer(8)),
      [1, 2],
      { length: 8 },
      'text',
      null,
      undefined,
    ]) {
      throws(TypeError, () => system.read(descriptor, other, 0, 1), `read to ${other?.constructor?.name}`);
      throws(TypeError, () => system.write(descriptor, other, 0, 1), `write of ${other?.constructor?.name}`);
      throws(TypeError, () => system.random(other), `random in ${other?.constructor?.name}`);
      throws(TypeError, () => system.decodeUtf8(other, false), `text of ${other?.constructor?.name}`);
    }
    const bytes = new Uint8Array(8);
    const trap = { valueOf: () => bytes.buffer.transfer() && 0 };
    throws(
      TypeError,
      () => system.read(descriptor, bytes, trap, 8),
      'an offset that would detach the buffer',
    );
    is(bytes.length, 8, 'it was not asked');
    if (ArrayBuffer.prototype.transferToImmutable) {
      const fixedBytes = new Uint8Array(new ArrayBuffer(8).transferToImmutable());
      throws(TypeError, () => system.read(descriptor, fixedBytes, 0, 1), 'read to an immutable buffer');
      throws(TypeError, () => system.random(fixedBytes), 'random in an immutable buffer');
      is(system.write(descriptor, fixedBytes, 0, 8), 8, 'write of an immutable buffer');
    }
    system.close(descriptor);
  },
};
