import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { setScene, volumeOf } from './scene.ts';

/** After a killed call-out the next one waits for the commands that it left, and for no program that somebody else started. */

const scene = setScene();

/** A program that looks like the command mount(8) on a directory, until its stdin ends. */
function lookalike(directory: string, within: readonly string[]) {
  const programs = mkdtempSync(join(tmpdir(), 'lookalike-'));
  const script = join(programs, 'mount');
  writeFileSync(script, 'read line\n');
  chmodSync(programs, 0o755);
  chmodSync(script, 0o755);
  const [command = '', ...args] = [...within, 'sh', script, directory];
  const started = execa(command, args, { stdin: 'pipe', reject: false });
  onTestFinished(() => {
    started.kill('SIGKILL');
    rmSync(programs, { recursive: true });
  });
  return started;
}

/** Leaves what a killed call-out leaves: its entry among the locks. */
async function killCallOut(directory: string, args: readonly string[]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  scene.azure.setFaults({ rules: [{ match: { role: 'entra' }, action: { hang: true } }] });
  const callOut = execa(scene.kubelet.driver, args, { reject: false });
  const isHeld = () =>
    readdirSync('/run/keyvault-flexvol/locks').some((name) => name.includes(`.${callOut.pid}.`));
  while (!isHeld()) await delay(5);
  callOut.kill('SIGKILL');
  await callOut;
}

test.each([
  ['of another user', ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups']],
  [
    'of another user that hides its owner',
    ['setpriv', '--ruid', '1000', '--regid', '1000', '--clear-groups'],
  ],
  ['of root in another mount namespace', ['unshare', '--mount', '--propagation', 'private']],
])('a program %s holds up no unmount', async (_, within) => {
  const volume = volumeOf(scene, 'victim');
  const directory = scene.kubelet.directoryOf(volume);
  await scene.kubelet.unmount(volume); // makes the directory of locks
  await killCallOut(directory, scene.kubelet.argumentsOf('mount', volume));
  const foreign = lookalike(directory, within);
  const isThere = () =>
    readFileSync(`/proc/${foreign.pid}/cmdline`, 'utf8').includes(`mount\0${directory}\0`);
  await expect.poll(isThere, { timeout: 30_000 }).toBe(true);
  const unmount = execa(scene.kubelet.driver, scene.kubelet.argumentsOf('unmount', volume), {
    reject: false,
  });
  onTestFinished(() => void unmount.kill('SIGKILL'));
  const held = delay(20_000, 'held up', { ref: false });
  const answer = await Promise.race([unmount.then(({ stdout }) => stdout), held]);
  expect(isThere()).toBe(true);
  expect(answer).toBe('{"status":"Success"}');
});
