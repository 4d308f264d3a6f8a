import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendToSpool, spoolFiles } from './spool.ts';

const PROGRAM = fileURLToPath(new URL('./testing/append-lines.ts', import.meta.url));

let root = '';
let spool = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spool-'));
  spool = join(root, 'run', 'events');
});
afterEach(() => {
  chmodSync(root, 0o700);
  rmSync(root, { recursive: true });
});

const read = (name: string) => readFileSync(join(spool, name), 'utf8');

test('the first line makes the spool, for its user alone', () => {
  expect(appendToSpool(spool, 'a\n')).toBe(true);
  expect(appendToSpool(spool, 'b\n')).toBe(true);
  expect(readdirSync(spool)).toEqual(['events.1.jsonl']);
  expect(read('events.1.jsonl')).toBe('a\nb\n');
  expect(statSync(spool).mode & 0o777).toBe(0o700);
  expect(statSync(join(spool, 'events.1.jsonl')).mode & 0o777).toBe(0o600);
});

test('a file that is full is followed by the next, and only the one before it is kept', () => {
  const line = `${'x'.repeat(4095)}\n`;
  for (let count = 0; count < 4 * 256 + 1; count++) expect(appendToSpool(spool, line)).toBe(true);
  expect(readdirSync(spool)).toEqual(['events.4.jsonl', 'events.5.jsonl']);
  expect(statSync(join(spool, 'events.4.jsonl')).size).toBe(1024 * 1024);
  expect(read('events.5.jsonl')).toBe(line);
});

test('processes at the same time lose no line and mix none, also where a file fills up', async () => {
  mkdirSync(spool, { recursive: true });
  writeFileSync(join(spool, 'events.7.jsonl'), `${'x'.repeat(1024 * 1024 - 20_000)}\n`);
  const writers = Array.from({ length: 4 }, (_, writer) =>
    execa(process.execPath, [PROGRAM, spool, `writer-${writer}`, '100']),
  );
  for (const { stdout } of await Promise.all(writers)) expect(stdout).toBe('100');
  expect(readdirSync(spool).sort()).toEqual(['events.7.jsonl', 'events.8.jsonl']);
  const lines = `${read('events.7.jsonl')}${read('events.8.jsonl')}`.split('\n').slice(1, -1);
  expect(new Set(lines).size).toBe(400);
  for (const line of lines) expect(line).toMatch(/^writer-\d \d+ y{200}$/);
});

describe('a line is dropped, without a fault and without waiting, when', () => {
  test.each<[string, () => void]>([
    ['a file is in the way of the spool', () => inTheWay((path) => writeFileSync(path, ''))],
    ['a link is in the way of the spool', () => inTheWay((path) => symlinkSync(root, path))],
    ['a directory is in the way of the file', () => asFile((path) => mkdirSync(path))],
    ['a link is in the way of the file', () => asFile((path) => symlinkSync(join(root, 'precious'), path))],
    ['a link to nothing is in the way', () => asFile((path) => symlinkSync(join(root, 'nothing'), path))],
    ['the file is a device', () => asFile((path) => symlinkSync('/dev/null', path))],
  ])('%s', (_, prepare) => {
    writeFileSync(join(root, 'precious'), 'precious');
    prepare();
    expect(appendToSpool(spool, 'a\n')).toBe(false);
    expect(readFileSync(join(root, 'precious'), 'utf8')).toBe('precious');
    expect(readdirSync(root).sort()).toEqual(['precious', 'run']);
  });

  test('the file is a pipe that nobody reads', async () => {
    mkdirSync(spool, { recursive: true });
    await execa('mkfifo', [join(spool, 'events.1.jsonl')]);
    expect(appendToSpool(spool, 'a\n')).toBe(false);
  });
});

test('files of other names are no files of the spool', () => {
  const names = ['events.10.jsonl', 'events.9.jsonl', 'events.jsonl', 'events.-1.jsonl', '.position'];
  expect(spoolFiles(names).map(({ number }) => number)).toEqual([9, 10]);
});

function inTheWay(make: (path: string) => void): void {
  mkdirSync(join(root, 'run'));
  make(spool);
}

function asFile(make: (path: string) => void): void {
  mkdirSync(spool, { recursive: true });
  make(join(spool, 'events.1.jsonl'));
}
