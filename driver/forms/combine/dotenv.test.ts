import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { dotenvEntry, variableName } from './dotenv.ts';

const directory = await mkdtemp(join(tmpdir(), 'dotenv-'));
afterAll(() => rm(directory, { recursive: true }));

const values: Readonly<Record<string, string>> = {
  EMPTY: '',
  PLAIN: 'postgres://app:pass@db.example:5432/shop',
  BLANKS: '  leading and trailing ',
  HASH: 'a #not a comment',
  DOLLAR: '$HOME $(id) `id`',
  DOUBLE: 'say "hello"',
  SINGLE: "it's",
  BACKSLASH: 'C:\\new\\table',
  LINES: 'first\nsecond\n\n',
  TAB: 'a\tb',
  EQUALS: 'a=b=c',
  TILDE: '~root',
  GLOB: '* ? [a]',
  UNICODE: 'é鍵😀',
  SINGLE_LINES: "it's\nall\nright",
  EXPORT: 'export X=1',
  BANG: '!x',
};

/** Node.js and npm's dotenv have no form for these. */
const forShellOnly: Readonly<Record<string, string>> = {
  LAST_BACKSLASH: 'C:\\new\\table\\',
  BOTH: `it's "both"`,
  SINGLE_DOLLAR: "it's $HOME",
  SINGLE_BACKSLASH: "it's \\n\\",
  SINGLE_BACKTICK: "it's `id`",
  RETURN: 'first\r\nsecond\r\n',
};

const textOf = (entries: Readonly<Record<string, string>>) =>
  Object.entries(entries)
    .map(([key, value]) => dotenvEntry(key, value))
    .join('');

describe('a value is read back', () => {
  test.each(['sh', 'bash'])('by %s, exactly', async (shell) => {
    const all = { ...values, ...forShellOnly };
    const file = join(directory, 'app.env');
    await writeFile(file, textOf(all));
    const { stdout } = await execa(shell, ['-c', 'set -a; . "$0"; /usr/bin/env -0', file], {
      env: {},
      extendEnv: false,
      stripFinalNewline: false,
    });
    const read = Object.fromEntries(
      stdout.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(read).toMatchObject(all);
  });

  test('by Node.js', () => {
    expect(parseEnv(textOf(values))).toEqual(values);
  });
});

test('a backslash at the end of a value does not take the next values from Node.js', async () => {
  const path = join(import.meta.dirname, 'testing/cases/06-dotenv-trailing-backslash.json');
  const entries: { name: string; value: string }[] = JSON.parse(await readFile(path, 'utf8'));
  const read = parseEnv(textOf(Object.fromEntries(entries.map(({ name, value }) => [name, value]))));
  expect(read).toEqual({ a: 'C:\\\\tmp\\\\', b: 'second', c: 'third one' });
});

test('a plain value stands bare, so that docker --env-file has it too', () => {
  expect(dotenvEntry('A', 'x-1/y=z')).toBe('A=x-1/y=z\n');
});

test('a NUL is refused', () => {
  expect(() => dotenvEntry('A', 'can\0ary')).toThrow(
    expect.objectContaining({ code: 'ObjectContentInvalid' }),
  );
});

test.each([
  ['db-password', false, 'DB_PASSWORD'],
  ['MixedCase', false, 'MIXEDCASE'],
  ['3-dashes', false, '_3_DASHES'],
  ['app/db.password', true, 'APP_DB_PASSWORD'],
  ['http_proxy', true, 'http_proxy'],
  ['dbPassword', true, 'dbPassword'],
  ['plain', false, 'PLAIN'],
  ['clé', true, undefined],
])('%s (alias: %s) becomes the variable %s', (path, isAlias, name) => {
  expect(variableName(path, isAlias)).toBe(name);
});
