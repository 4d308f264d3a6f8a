// Every call with memory for none, one, two ... pieces, until there is enough: none ends the process, and none answers as if
// all were well. In an empty directory, which is its argument.

import * as system from 'runtime:system';
import { starve } from 'testing:faults';
import { holds, run } from './assertions.mjs';
import { at, directory, put } from './directory.mjs';

const ENDED = 2;
const THREW = 1;
const MOST = 500;

const wide = at('é\ud800');
const bytes = new Uint8Array([0xff, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xed]);
system.makeDirectory(at('many'), 0o700);
for (let index = 0; index < 20; index++) put(`many/é${index}`, '');
system.symlink('wé', at('link'));
let turns = 0;

const calls = [
  ['executable'],
  ['setName', 'x'],
  ['errnoName', 9999],
  ['errnoName', 2],
  ['open', wide, 0, 0],
  ['readFile', '/proc/self/maps'],
  ['readFile', wide],
  ['stat', directory],
  ['lstat', wide],
  ['fstat', 0],
  ['statfs', directory],
  ['readDirectory', at('many')],
  ['readLink', at('link')],
  ['realPath', directory],
  ['makeDirectory', `${wide}/x`, 0],
  ['removeDirectory', wide],
  ['unlink', wide],
  ['rename', wide, wide],
  ['symlink', wide, '/none/x'],
  ['chmod', wide, 0],
  ['chown', wide, 0, 0],
  ['lchown', wide, 0, 0],
  ['mount', wide, wide, wide, 0, wide],
  ['umount', wide, 0],
  ['connect', wide],
  ['poll', [0, 1, 2], [1, 4, 4], 0, []],
  ['encodeUtf8', wide],
  ['decodeUtf8', bytes, false],
  ['decodeUtf8', bytes, true],
  ['random', bytes],
  ['read', 0, bytes, 0, 0],
  ['write', 1, bytes, 0, 0],
  [
    'runLoop',
    () => {
      void Promise.reject(1);
      return turns++ % 2 === 0;
    },
  ],
  ['onUnhandledRejection', () => {}],
  ['watchSignal', 10],
  ['takeSignal'],
  ['poll', 'x', [], 0, []],
  ['stat', 3],
  ['stat', 'a\0'],
  ['read', 0, bytes, 0, 100],
];

const byName = { ...system };

if (
  !run(
    Object.fromEntries(
      calls.map(([name, ...given], index) => [
        `${name} (${index})`,
        () => {
          let pieces = 0;
          for (; pieces < MOST; pieces++) {
            const answer = starve(pieces, byName[name], ...given);
            if ((answer & ENDED) === 0) break;
            if (name !== 'runLoop') holds(answer & THREW, `with memory for ${pieces} pieces it throws`);
          }
          holds(pieces < MOST, 'at last there is enough');
        },
      ]),
    ),
  )
)
  system.exit(1);
