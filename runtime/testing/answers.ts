import { readFileSync, writeFileSync } from 'node:fs';

/** The input of a script that runs on Node and on the runtime (host.ts). */
export function readInput<Input>(): Input {
  return JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Input;
}

/** What the script found, for the two to be compared: to a file, as a pipe may be full. */
export function print(answers: unknown): void {
  writeFileSync(process.argv[3] ?? '', JSON.stringify(answers));
}

/** What a function gives, or what is known of its error. */
export function outcome(action: () => unknown): unknown {
  try {
    const value = action();
    return value === undefined ? 'undefined' : value;
  } catch (error) {
    return faultOf(error);
  }
}

export async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(faultOf);
}

function faultOf(error: unknown): unknown {
  if (!(error instanceof Error)) return { thrown: error };
  const { code } = error as { code?: unknown };
  return { name: error.name, code, message: error.message };
}
