import { writeSync } from 'node:fs';
import { init } from './init.ts';
import { formatStatus } from './status.ts';

/**
 * Where the driver begins. kubelet runs `init` under a mutex that stalls every volume plugin of the node
 * (plugins.go, refreshProbedPlugins), so it is answered before anything of the other call-outs is loaded.
 */
export function begin(): void {
  if (process.argv.length === 3 && process.argv[2] === 'init') answerInit();
  else void import('./main.ts');
}

function answerInit(): void {
  try {
    writeSync(1, formatStatus(init()));
  } finally {
    process.exit(0);
  }
}
