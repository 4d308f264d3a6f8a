import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';
import type { Command } from './command.ts';
import { runCommand } from './run-command.ts';
import { commands } from './table.ts';

const context = { version: 'test', settings: () => parseSettings({}), standardInput: async () => '' };
const echo = (name: string): Command => ({
  name,
  summary: `what ${name} does`,
  usage: async () => `${name} <argument>`,
  run: async (args) => ({ output: `${name}: ${args.join()}`, errors: '', exitCode: 0 }),
});

test.each([
  ['of one word', ['one', 'a', '--b'], 'one: a,--b'],
  ['of two words', ['two', 'words', 'a'], 'two words: a'],
  ['without arguments', ['one'], 'one: '],
])('a command %s gets the arguments after its name', async (_, args, output) => {
  expect(await runCommand([echo('one'), echo('two words')], args, context)).toMatchObject({ output });
});

test.each([
  ['unknown', ['dcotor'], '"dcotor"'],
  ['half of two words', ['two'], '"two"'],
  ['an unknown second word', ['two', 'wards'], '"two wards"'],
  ['an option alone', ['--x=1'], '""'],
])('%s: a fault that lists the commands', async (_, args, named) => {
  const result = await runCommand([echo('one'), echo('two words')], args, context);
  expect(result).toMatchObject({ output: '', exitCode: 2 });
  expect(result.errors).toContain(`there is no command ${named}\n`);
  expect(result.errors).toContain('  one        what one does\n  two words  what two words does\n');
});

test.each(['help', '--help', '-h'])('%s lists the commands, and is no fault', async (word) => {
  const result = await runCommand(commands, [word], context);
  expect(result).toMatchObject({ errors: '', exitCode: 0 });
  for (const { name } of commands) expect(result.output).toContain(`  ${name} `);
});

test.each(commands.map(({ name }) => [name]))(
  '%s --help says how it is called, and is no fault',
  async (name) => {
    const { output, errors, exitCode } = await runCommand(commands, [...name.split(' '), '--help'], context);
    expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
    expect(
      output.startsWith(`Usage: installer ${name} `) || output.startsWith(`Usage: installer ${name}\n`),
    ).toBe(true);
  },
);

test.each([[['--version']], ...commands.map(({ name }) => [[...name.split(' '), '--version']])])(
  '%j says the version',
  async (args) => {
    expect(await runCommand(commands, args, context)).toEqual({
      output: 'keyvault-flexvol test\n',
      errors: '',
      exitCode: 0,
    });
  },
);

test('no command hides another one', () => {
  for (const { name } of commands) {
    expect(commands.filter((other) => `${name} `.startsWith(`${other.name} `))).toHaveLength(1);
  }
});
