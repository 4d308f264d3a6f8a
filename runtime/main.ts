import './globals/install.ts';
import { runLoop } from './loop.ts';
// Where the program begins under Node too.
import '../driver/kv.ts';

runLoop();
