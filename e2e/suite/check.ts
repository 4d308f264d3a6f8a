// npm run check: types, lint and unused code, at the same time.
import { execa } from 'execa';
import { step } from '../cluster/steps.ts';

const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ['tsc', []],
  ['biome', ['check']],
  ['knip', []],
];

const results = await Promise.allSettled(
  CHECKS.map(([program, args]) => step([program, ...args].join(' '), () => run(program, args))),
);
for (const result of results) if (result.status === 'rejected') console.error(result.reason.message);
process.exitCode = results.some(({ status }) => status === 'rejected') ? 1 : 0;

/** Throws the program's output as the message when it finds something. */
async function run(program: string, args: readonly string[]): Promise<void> {
  const { all, failed, shortMessage } = await execa(program, args, {
    all: true,
    preferLocal: true,
    reject: false,
    env: process.stdout.isTTY ? { FORCE_COLOR: '1' } : {},
  });
  if (failed) throw new Error(`${all}\n${shortMessage}`);
}
