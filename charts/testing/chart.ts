import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { helmProgram } from '../../e2e/cluster/programs.ts';

export const chart = join(import.meta.dirname, '..', 'keyvault-flexvol');

/** Values that must install as they are, by file name; each is rendered, checked and tried against an API server. */
export const fixtures: readonly string[] = readdirSync(join(chart, 'ci'));

export interface Outcome {
  readonly succeeded: boolean;
  /** Standard output and error together. */
  readonly said: string;
}

/** Runs helm; needs no cluster. */
export async function helm(...args: string[]): Promise<Outcome> {
  return outcome(await helmProgram(), args);
}

/** Runs a program to its end, whatever that is. */
export async function outcome(program: string, args: readonly string[], cwd?: string): Promise<Outcome> {
  const { failed, all } = await execa(program, args, { all: true, reject: false, ...(cwd ? { cwd } : {}) });
  return { succeeded: !failed, said: all };
}
