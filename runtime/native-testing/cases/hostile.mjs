import * as system from 'runtime:system';
import { is, throws } from '../assertions.mjs';
import { below } from '../random.mjs';

const byName = { ...system };

export const hostileCases = {
  'hostile arguments'() {
    const names = Object.keys(system).filter((name) => typeof byName[name] === 'function');
    const detached = new Uint8Array(4);
    detached.buffer.transfer();
    const values = [
      undefined,
      null,
      true,
      '',
      'a\0b',
      '\ud800',
      'x'.repeat(300),
      -1,
      0.5,
      -0.5,
      NaN,
      Infinity,
      -Infinity,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 53,
      1e308,
      {},
      [],
      [1n],
      [2 ** 31 - 1],
      Symbol('s'),
      1n,
      new Uint8Array(0),
      detached,
      new Float64Array(1),
      new Proxy([], {}),
      {
        valueOf() {
          throw new SyntaxError('asked');
        },
        toString() {
          throw new SyntaxError('asked');
        },
      },
    ];
    const mask = system.umask(0o022);
    for (const name of names) {
      const strange = [];
      for (let round = 0; round < 1500; round++) {
        const given = Array.from({ length: round % 7 }, () => values[below(values.length)]);
        if (name === 'poll' && typeof given[2] === 'number' && (given[2] < 0 || given[2] > 1)) given[2] = 0;
        try {
          byName[name](...given);
        } catch (error) {
          if (!(error instanceof TypeError || error instanceof RangeError)) strange.push(String(error));
        }
      }
      is(strange, [], `${name} throws a TypeError or a RangeError for what it cannot take`);
    }
    system.umask(mask);
    for (const name of names) {
      if (byName[name].length === 0) continue;
      throws(TypeError, () => byName[name](), `${name} without arguments`);
    }
    for (const name of names) throws(TypeError, () => new byName[name](), `new ${name}`);
  },
};
