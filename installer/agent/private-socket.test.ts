import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { AGENT_DIRECTORY } from '../../driver/agent/protocol.ts';
import { listenPrivately } from './private-socket.ts';

async function listening() {
  const run = mkdtempSync(join(tmpdir(), 'run-'));
  onTestFinished(() => rmSync(run, { recursive: true, force: true }));
  const logged: string[] = [];
  await listenPrivately(
    run,
    'a.sock',
    8,
    (socket) => socket.end('hello'),
    (_, event) => logged.push(event),
    20,
  );
  return { run, directory: join(run, AGENT_DIRECTORY), path: join(run, AGENT_DIRECTORY, 'a.sock'), logged };
}

function greeting(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('data', (bytes) => resolve(String(bytes)));
    socket.on('error', ({ message }) => resolve(message));
  });
}

test.each([
  ['the socket', ({ path }: Awaited<ReturnType<typeof listening>>) => path],
  ['its directory', ({ directory }: Awaited<ReturnType<typeof listening>>) => directory],
  ['the run directory', ({ run }: Awaited<ReturnType<typeof listening>>) => run],
])('%s that is removed while the agent runs is made again, and that is said', async (_, victim) => {
  const made = await listening();
  rmSync(victim(made), { recursive: true });
  await expect.poll(() => greeting(made.path)).toBe('hello');
  expect(made.logged).toEqual(['socket-removed', 'socket-restored']);
  expect(statSync(made.directory).mode & 0o777).toBe(0o700);
  expect(statSync(made.path).mode & 0o777).toBe(0o600);
});

test('a socket that stays is left alone', async () => {
  const { path, logged } = await listening();
  const { ino } = statSync(path);
  await delay(100);
  expect(statSync(path).ino).toBe(ino);
  expect(logged).toEqual([]);
});
