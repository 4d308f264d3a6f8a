// Where the installer begins: in parts of their own, of which a call-out loads nothing.
import './globals/install.ts';
import './globals/install-resident.ts';
import { runLoop } from './loop.ts';
import '../installer/main.ts';

runLoop();
