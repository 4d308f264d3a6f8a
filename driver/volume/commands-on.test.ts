import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandRunsOn, untilNoCommandOn } from './commands-on.ts';

const never = new AbortController().signal;
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'commands-'));
  for (const name of ['mount', 'ls']) {
    writeFileSync(join(directory, name), '#!/bin/sh\nread line\n');
    chmodSync(join(directory, name), 0o755);
  }
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A command that runs until its stdin ends. */
function start(name: string, ...args: string[]) {
  return execa(join(directory, name), args, { stdin: 'pipe', reject: false });
}

const seen = async (path: string) => {
  while (!commandRunsOn([path])) await delay(5);
};

test('a mount on one of the directories is waited for', async () => {
  const command = start('mount', '--bind', '/volumes/one', '/pods/one');
  await seen('/volumes/one');
  let ended = false;
  const waiting = untilNoCommandOn(['/pods/one', '/volumes/one'], never).then(() => {
    ended = true;
  });
  await delay(60);
  expect(ended).toBe(false);
  command.stdin.end();
  await waiting;
  await command;
});

test('but neither one on another directory, nor another program', async () => {
  const commands = [start('mount', '/volumes/one'), start('ls', '/volumes/two')];
  await seen('/volumes/one');
  await untilNoCommandOn(['/volumes', '/volumes/on', '/volumes/two'], never);
  for (const command of commands) command.stdin.end();
  await Promise.all(commands);
});

test('and not the front, which runs no command', async () => {
  writeFileSync(join(directory, 'mount'), '#!/bin/sh\necho kv-front >/proc/$$/comm\necho named\nread line\n');
  const front = start('mount', '/volumes/one');
  await once(front.stdout, 'data');
  expect(commandRunsOn(['/volumes/one'])).toBe(false);
  front.stdin.end();
  await front;
});

test('waiting ends with the call-out', async () => {
  const command = start('mount', '/volumes/one');
  await seen('/volumes/one');
  await expect(untilNoCommandOn(['/volumes/one'], AbortSignal.timeout(50))).rejects.toThrow();
  command.stdin.end();
  await command;
});
