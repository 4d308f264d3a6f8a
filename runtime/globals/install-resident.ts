import * as resident from 'runtime:resident';
import { systemError } from '../modules/system-error.ts';
import { process } from './process.ts';
import { standardInput, WriteStream } from './standard-streams.ts';
import { Timeout } from './timers.ts';

/**
 * What a program that stays takes for given beside install.ts. It also sets the process up for a long life: memory is looked
 * through for cycles before it has grown much, and a crash is told as text.
 */

/** A node agent with its volumes needs about as much. */
const GC_THRESHOLD_BYTES = 4 * 1024 * 1024;
/** Internal software error (sysexits.h). */
const CRASH_EXIT_CODE = 70;

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
};

resident.setGcThreshold(GC_THRESHOLD_BYTES);
resident.onCrash(CRASH_EXIT_CODE);

Object.assign(process, {
  stdin: standardInput,
  stdout: new WriteStream(1),
  stderr: new WriteStream(2),

  /** @throws a system error, or TypeError for an unknown signal */
  kill(id: number, signal: string | number = 'SIGTERM'): true {
    const number = typeof signal === 'number' ? signal : SIGNALS[signal];
    if (number === undefined) throw new TypeError(`Unknown signal: ${signal}`);
    const result = resident.kill(id, number);
    if (result < 0) throw systemError(result, 'kill');
    return true;
  },
});

Object.assign(globalThis, { setInterval });

function setInterval<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds = 1,
  ...args: Args
): Timeout {
  return new Timeout(() => callback(...args), Number(milliseconds), true);
}
