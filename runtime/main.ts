import './globals/install.ts';
import * as system from 'runtime:system';
import { begin } from '../driver/kv.ts';
import { runLoop } from './loop.ts';

/** The file is the installer where it is started by this name, as in the image; else it is the driver, which kubelet runs. */
const INSTALLER = 'installer';

if (system.name.slice(system.name.lastIndexOf('/') + 1) === INSTALLER) {
  // It has an event loop of its own, which ends the process.
  await import('runtime:installer');
} else {
  begin();
  runLoop();
}
