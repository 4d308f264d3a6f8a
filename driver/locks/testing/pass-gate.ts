import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { passGate } from '../gate.ts';

/** `pass-gate.ts <directory> <places> <journal> <ms> <pod>`: goes through the gate and says in a journal when it is in. */
const [directory = '', places = '', journal = '', milliseconds = '', pod = ''] = process.argv.slice(2);

const whose = { uid: pod, namespace: 'default' };
await passGate(directory, Number(places), whose, new AbortController().signal, async () => {
  appendFileSync(journal, `in ${process.pid}\n`);
  await delay(Number(milliseconds));
  appendFileSync(journal, `out ${process.pid}\n`);
});
