import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { withLock } from '../lock.ts';

/**
 * A process that takes a lock: `hold-lock.ts <directory> <name> <journal> hold|pass`. It says `start` and `end`
 * of its action in the journal; `hold` ends it when its stdin does.
 */
const [directory = '', name = '', journal = '', how = ''] = process.argv.slice(2);

await withLock(directory, name, new AbortController().signal, async () => {
  appendFileSync(journal, `start ${process.pid}\n`);
  process.stdout.write('held\n');
  if (how === 'hold') {
    process.stdin.resume();
    await once(process.stdin, 'end');
  }
  appendFileSync(journal, `end ${process.pid}\n`);
});
