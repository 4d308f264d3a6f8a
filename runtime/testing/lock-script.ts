import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from '../../driver/locks/lock.ts';

/**
 * `<directory> <journal> <rounds>`: takes a lock so many times, and says so in the journal. After `for ever` it holds it
 * until it is killed.
 */

const [directory = '', journal = '', rounds = ''] = process.argv.slice(2);
const never = new AbortController().signal;
const { O_WRONLY, O_APPEND } = constants;

for (let round = 0; round < (rounds === 'for ever' ? 1 : Number(rounds)); round++) {
  await withLock(directory, 'volume', never, async (holderWasKilled) => {
    say(holderWasKilled ? 'start after a kill' : 'start');
    await delay(rounds === 'for ever' ? 60_000 : 2, undefined, { signal: never });
    say('end');
  });
}

function say(what: string): void {
  const file = openSync(journal, O_WRONLY | O_APPEND);
  writeSync(file, `${what} ${process.pid}\n`);
  closeSync(file);
}
