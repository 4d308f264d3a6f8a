import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from '../lock.ts';

/**
 * A process that takes a lock and says `start` and `end` of its action in a journal:
 * `hold-lock.ts <directory> <name> <journal> hold` ends the action when its stdin does,
 * `hold-lock.ts <directory> <name> <journal> <n>` ends it a little later, n times in a row.
 */
const [directory = '', name = '', journal = '', how = ''] = process.argv.slice(2);
const rounds = how === 'hold' ? 1 : Number(how);

for (let round = 0; round < rounds; round++) {
  await withLock(directory, name, new AbortController().signal, async () => {
    appendFileSync(journal, `start ${process.pid}\n`);
    if (how === 'hold') {
      process.stdout.write('held\n');
      process.stdin.resume();
      await once(process.stdin, 'end');
    } else await delay(10);
    appendFileSync(journal, `end ${process.pid}\n`);
  });
}
