import { type ParseArgsConfig, parseArgs } from 'node:util';
import { outcome, print, readInput } from './answers.ts';

/** What a command makes of its arguments (arguments.test.ts). */

const options: ParseArgsConfig['options'] = {
  vault: { type: 'string', multiple: true, default: [] },
  cloud: { type: 'string' },
  output: { type: 'string', default: 'text' },
};

const { lists } = readInput<{ lists: readonly string[][] }>();
print(
  lists.map((args) => [
    outcome(() => parsed(parseArgs({ args, options }))),
    outcome(() => parsed(parseArgs({ args, options, allowPositionals: true }))),
  ]),
);

function parsed({ values, positionals }: { values: object; positionals: readonly string[] }): unknown {
  return { values: Object.entries(values).toSorted(), positionals };
}
