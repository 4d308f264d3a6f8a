import * as system from 'runtime:system';
import { tellEnd, tellUncaught, watchSignal } from '../loop.ts';

const found = system.executable();
/** The program lies in the executable. */
const executable = typeof found === 'string' ? found : '';

/** The same on both architectures (signal(7)). */
const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

type Handler = (...args: never[]) => void;

const handlers = new Map<string, Handler[]>();
let isExiting = false;

/** As much of Node's process as the driver uses. */
interface Process {
  readonly argv: string[];
  readonly env: Record<string, string>;
  readonly pid: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly execPath: string;
  readonly platform: 'linux';
  umask(mask: number): number;
  geteuid(): number;
  on(event: string, handler: Handler): Process;
  exit(code?: number): never;
}

export const process: Process = {
  argv: [executable, executable, ...system.args],
  /** A copy: nobody else sees what is done to it. */
  env: { ...system.environment },
  pid: system.pid,
  versions: {},
  execPath: executable,
  platform: 'linux',

  /** @returns the mask before */
  umask(mask: number): number {
    return system.umask(mask);
  },

  geteuid(): number {
    return system.effectiveUser();
  },

  on(event, handler) {
    const number = SIGNALS[event];
    if (number !== undefined && !handlers.has(event))
      watchSignal(number, () => void emit(event, event, number));
    handlers.set(event, [...(handlers.get(event) ?? []), handler]);
    return process;
  },

  /** Whoever handles `exit` is told once, and may end the process itself. */
  exit(code = 0): never {
    if (!isExiting) {
      isExiting = true;
      try {
        emit('exit', code);
      } catch {
        system.exit(1);
      }
    }
    system.exit(code);
  },
};

/**
 * Ends the process with the loop. Has what nobody caught told to whoever handles it; without one the process ends too, as
 * Node's does.
 */
export function joinLoop(): void {
  tellEnd(() => process.exit());
  tellUncaught((error) => {
    if (!emit('uncaughtException', error, 'uncaughtException')) dieOf(error);
  });
  system.onUnhandledRejection((reason) => {
    if (emit('unhandledRejection', reason)) return;
    if (!emit('uncaughtException', reason, 'unhandledRejection')) dieOf(reason);
  });
}

/** @returns whether somebody handles it */
function emit(event: string, ...args: unknown[]): boolean {
  const found = handlers.get(event) ?? [];
  for (const handler of found) (handler as (...args: unknown[]) => void)(...args);
  return found.length > 0;
}

function dieOf(error: unknown): never {
  const text = error instanceof Error ? `${error}\n${error.stack ?? ''}` : String(error);
  const bytes = system.encodeUtf8(`${text}\n`);
  system.write(2, bytes, 0, bytes.length);
  process.exit(1);
}
