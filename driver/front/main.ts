import './globals/install.ts';
import { runLoop } from './loop.ts';
// Where the program begins on the large runtime too; of `../main.ts` there is `call-outs.ts` here (image/front/modules.ts).
import '../kv.ts';

runLoop();
