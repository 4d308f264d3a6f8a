import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { setScene, volumeOf } from './scene.ts';

/** The two programs of the driver's one file: what the first answers, and what becomes of a call-out on its way to the second. */

const RUN = '/run/keyvault-flexvol';
const scene = setScene();

/** A driver whose file was changed, in a directory of its own. */
function driverWith(change: (executable: Buffer) => Buffer): string {
  const directory = mkdtempSync(join(tmpdir(), 'driver-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const driver = join(directory, 'kv');
  copyFileSync(scene.kubelet.driver, driver);
  writeFileSync(driver, change(readFileSync(driver)));
  return driver;
}

/** Where the second program begins: ELF files begin so, at 64 KiB (image/front/join.ts). */
function secondProgram(executable: Buffer): number {
  for (let at = 65_536; at < executable.length; at += 65_536)
    if (executable.subarray(at, at + 4).toString('latin1') === '\x7fELF') return at;
  throw new Error('there is no second program');
}

async function answerOf(driver: string, args: readonly string[]) {
  const { all, exitCode } = await execa(driver, args, { all: true, reject: false });
  return { exitCode, answer: JSON.parse(all) as { status: string; message?: string } };
}

test.each([
  ['without its second program', (file: Buffer) => file.subarray(0, secondProgram(file))],
  [
    'cut short in the headers of its second program',
    (file: Buffer) => file.subarray(0, secondProgram(file) + 40),
  ],
  [
    'whose dynamic loader the node does not have',
    (file: Buffer) => {
      const at = file.indexOf('/ld-linux-', secondProgram(file));
      file.write('/no-loader', at);
      return file;
    },
  ],
])('an executable %s answers what it can, and for a mount what to do', async (_, change) => {
  const driver = driverWith(change);
  const volume = volumeOf(scene, 'incomplete');
  mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
  expect(await answerOf(driver, ['init'])).toMatchObject({ exitCode: 0, answer: { status: 'Success' } });
  const { exitCode, answer } = await answerOf(driver, scene.kubelet.argumentsOf('mount', volume));
  expect(exitCode).toBe(0);
  expect(answer).toEqual({
    status: 'Failure',
    message: expect.stringMatching(
      /^Internal: the driver's executable cannot be loaded \(.*\); install it again: restart/,
    ),
  });
  const unmount = await answerOf(driver, scene.kubelet.argumentsOf('unmount', volume));
  expect(unmount).toEqual({ exitCode: 0, answer: { status: 'Success' } });
});

test('the time before the second program counts for the deadline and the event, and a silent agent is asked once', async () => {
  rmSync(`${RUN}/events`, { recursive: true, force: true });
  rmSync(`${RUN}/agent`, { recursive: true, force: true });
  mkdirSync(`${RUN}/agent`, { recursive: true, mode: 0o700 });
  let asked = 0;
  const silent = createServer(() => {
    asked += 1;
  }).listen(`${RUN}/agent/agent.sock`);
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const volume = volumeOf(scene, 'silent-agent');
  const { status, milliseconds } = await scene.kubelet.mount(volume);
  expect(status).toEqual({ status: 'Success' });
  expect(asked).toBe(1);
  const [event] = readdirSync(`${RUN}/events`).flatMap((name) =>
    readFileSync(join(RUN, 'events', name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  expect(event).toMatchObject({ code: 'Success', source: 'direct', agentPassedOver: 'silent' });
  expect(event.durationsMs.total).toBeGreaterThan(1000);
  expect(event.durationsMs.total).toBeLessThan(milliseconds);
  await scene.kubelet.unmount(volume);
});

test('a call-out of the first program that waits for another ends with a signal, and answers', async () => {
  const volume = volumeOf(scene, 'waiting');
  await scene.kubelet.unmount(volume); // makes the directory of locks
  const target = scene.kubelet.directoryOf(volume);
  mkdirSync(target, { recursive: true });
  const name = createHash('sha256').update(target).digest('hex').slice(0, 32);
  const startTime = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19];
  const held = `${RUN}/locks/${name}.${process.pid}.${startTime}.1`;
  writeFileSync(held, '');
  onTestFinished(() => rmSync(held));
  const callOut = execa(scene.kubelet.driver, scene.kubelet.argumentsOf('unmount', volume), {
    reject: false,
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  callOut.kill('SIGTERM');
  const { stdout, exitCode } = await callOut;
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    status: 'Failure',
    message: expect.stringMatching(/^Interrupted: .*SIGTERM/),
  });
});

test('the second program is the runtime of the installer, by itself and with nothing of the first', async () => {
  const script = `console.log(JSON.stringify([process.argv0, process.execPath, process.env.MARK, require('fs').readFileSync('/proc/self/comm', 'utf8').trim()]))`;
  const { stdout } = await execa(scene.kubelet.driver, ['-e', script], {
    env: { BUN_BE_BUN: '1', MARK: 'kept' },
  });
  expect(JSON.parse(stdout).slice(1)).toEqual([scene.kubelet.driver, 'kept', 'kv']);
});
