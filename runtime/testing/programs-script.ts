import { execFile } from 'node:child_process';
import { print, readInput } from './answers.ts';

/** Programs that are run to their end (programs.test.ts). */

interface Run {
  readonly file: string;
  readonly args: readonly string[];
  readonly options?: { readonly timeout?: number; readonly maxBuffer?: number };
}

const { runs, cwd } = readInput<{ runs: readonly Run[]; cwd: string }>();
// At once: one signal may tell of several that ended.
print(await Promise.all(runs.map(outcomeOf)));

function outcomeOf({ file, args, options }: Run): Promise<unknown> {
  const all = { cwd, env: { OF_TEST: 'a=b' }, killSignal: 'SIGKILL', ...options } as const;
  return new Promise((resolve) => {
    execFile(file, args, all, (error, stdout, stderr) => {
      const { message, code, killed, signal } = error ?? {};
      resolve({ fault: error && { message, code, killed, signal }, stdout, stderr });
    });
  });
}
