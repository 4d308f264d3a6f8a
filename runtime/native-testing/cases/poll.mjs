import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { textOf } from '../directory.mjs';
import { EINVAL, POLLIN } from '../numbers.mjs';

export const pollCases = {
  'poll and what it is given'() {
    const began = system.now();
    is(system.poll([], [], 30, []), 0, 'poll of nothing');
    holds(system.now() - began >= 30, 'waits');
    const zeroes = system.open('/dev/zero', 0, 0);
    is(system.poll([], [], 0, []), 0, 'poll at once');
    for (const milliseconds of [0.999999999, 1 - 2 ** -53, 1e12 - 2 ** -13, 999.9999999999999])
      is(system.poll([zeroes], [POLLIN], milliseconds, []), 1, `poll for ${milliseconds}`);
    system.close(zeroes);
    is(system.poll([], [], -0, []), 0, 'poll for -0');
    const zero = system.open('/dev/zero', 0, 0);
    is(system.poll([zero], [POLLIN], -1, []), 1, 'for ever, what is ready');
    is(system.poll([zero], [POLLIN], Infinity, []), 1, 'for Infinity, what is ready');
    is(system.poll([zero], [POLLIN], 1e300, []), 1, 'for very long, what is ready');
    is(system.poll(Array(2000).fill(zero), Array(2000).fill(POLLIN), 0, []), 2000, 'many');
    const limit = Number(/Max open files\s+(\d+)/.exec(textOf('/proc/self/limits'))[1]);
    if (limit < 2 ** 20)
      is(
        system.poll(Array(limit + 1).fill(zero), Array(limit + 1).fill(POLLIN), 0, []),
        -EINVAL,
        'more than may be open',
      );
    throws(
      RangeError,
      () => system.poll(Array(2 ** 20 + 1), Array(2 ** 20 + 1), 0, []),
      'more than ever may be open',
    );
    throws(RangeError, () => system.poll([], [], NaN, []), 'NaN');
    throws(TypeError, () => system.poll([], [], '1', []), 'a text as time');
    throws(RangeError, () => system.poll([zero], [], 0, []), 'no events');
    throws(RangeError, () => system.poll([], [POLLIN], 0, []), 'no descriptors');
    throws(RangeError, () => system.poll([-1], [POLLIN], 0, []), 'a negative descriptor');
    throws(RangeError, () => system.poll([zero], [32768], 0, []), 'events that are none');
    throws(TypeError, () => system.poll([undefined], [POLLIN], 0, []), 'undefined as descriptor');
    throws(TypeError, () => system.poll(Array(5), Array(5), 0, []), 'arrays with holes');
    throws(RangeError, () => system.poll(Array(2 ** 32 - 1), Array(2 ** 32 - 1), 0, []), 'very long arrays');
    for (const other of [null, undefined, {}, 'x', new Uint8Array(1), { length: 2 ** 31 }]) {
      throws(TypeError, () => system.poll(other, [1], 0, []), `descriptors ${other}`);
      throws(TypeError, () => system.poll([1], other, 0, []), `events ${other}`);
      throws(TypeError, () => system.poll([1], [1], 0, other), `revents ${other}`);
    }
    const shrinking = [zero, zero, zero];
    Object.defineProperty(shrinking, 0, { get: () => shrinking.splice(1) && zero });
    throws(
      TypeError,
      () => system.poll(shrinking, [1, 1, 1], 0, []),
      'an array that shrinks while it is read',
    );
    throws(TypeError, () => system.poll([zero], [1], 0, Object.freeze([])), 'revents that is frozen');
    const refusing = [];
    Object.defineProperty(refusing, 0, {
      set: () => {
        throw new SyntaxError('no');
      },
    });
    throws(SyntaxError, () => system.poll([zero], [1], 0, refusing), 'revents that throws');
    system.close(zero);
  },
};
