// node append-lines.ts <spool> <name> <count>: appends so many lines, and says how many of them were kept.
import { appendToSpool } from '../spool.ts';

const [, , spool = '', name = '', count = '0'] = process.argv;
let kept = 0;
for (let line = 0; line < Number(count); line++) {
  if (appendToSpool(spool, `${name} ${line} ${'y'.repeat(200)}\n`)) kept++;
}
process.stdout.write(String(kept));
