import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { setScene, volumeOf } from './scene.ts';

/** A call-out that is started without some of the descriptors 0, 1 and 2 works, answers where it can, and writes its answer nowhere else. */

const scene = setScene();
const RUN = '/run/keyvault-flexvol';
const closed = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] as const;

/** The stdout of a call-out, and how it ended. */
async function callOutWithout(descriptors: readonly number[], args: readonly string[]) {
  const closing = descriptors.map((descriptor) => `${descriptor}>&-`).join(' ');
  const { stdout, stderr, exitCode } = await execa(
    'sh',
    ['-c', `exec "$@" ${closing}`, 'sh', scene.kubelet.driver, ...args],
    { reject: false, extendEnv: false, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
  );
  return { stdout, stderr, exitCode };
}

/** Without stdout there is no answer, but the same end. */
const expected = (descriptors: readonly number[], answer: unknown) => ({
  stdout: descriptors.includes(1) ? '' : answer,
  stderr: '',
  exitCode: 0,
});

/** Files below the run directory that hold an answer. */
async function filesWithAnswers(): Promise<string> {
  const { stdout } = await execa('grep', ['-rlaF', '{"status":"', RUN], { reject: false });
  return stdout;
}

async function noAgent(): Promise<void> {
  rmSync(join(RUN, 'agent'), { recursive: true, force: true });
}

async function realAgent(): Promise<void> {
  const agent = await startAgent(scene.kubelet, { aloneCanRead: true });
  onTestFinished(() => agent.stop());
}

/** It is asked in vain. */
async function silentAgent(): Promise<void> {
  await noAgent();
  mkdirSync(join(RUN, 'agent'), { recursive: true, mode: 0o700 });
  const silent = createServer(() => undefined).listen(join(RUN, 'agent/agent.sock'));
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
}

describe.each([
  ['without an agent', noAgent],
  ['by the agent', realAgent],
  ['that goes on after a silent agent', silentAgent],
])('%s', (_, prepare) => {
  test('a volume is mounted and unmounted', { timeout: 120_000 }, async () => {
    await prepare();
    for (const descriptors of closed) {
      const volume = volumeOf(scene, `without-${descriptors.join('')}`);
      const directory = scene.kubelet.directoryOf(volume);
      mkdirSync(directory, { recursive: true });
      const success = expected(descriptors, '{"status":"Success"}');
      const mount = await callOutWithout(descriptors, scene.kubelet.argumentsOf('mount', volume));
      expect(mount, `mount without ${descriptors}`).toEqual(success);
      expect(readFileSync(join(directory, 'plain'), 'utf8')).toBe('plain value three');
      expect(await filesWithAnswers()).toBe('');
      const unmount = await callOutWithout(descriptors, scene.kubelet.argumentsOf('unmount', volume));
      expect(unmount, `unmount without ${descriptors}`).toEqual(success);
      expect(existsSync(directory)).toBe(false);
      expect(await filesWithAnswers()).toBe('');
    }
  });
});

test.each([
  [['init'], /^\{"status":"Success","capabilities":/],
  [['attach', '{}'], /^\{"status":"Not supported",/],
  [['mount', '/nowhere', '{}'], /^\{"status":"Failure","message":"OptionsInvalid: /],
  [['unmount', '/nowhere'], /^\{"status":"Failure","message":"TargetRefused: /],
])('%j is answered', async (args, answer) => {
  for (const descriptors of closed) {
    const ended = await callOutWithout(descriptors, args);
    expect(ended, `without ${descriptors}`).toEqual(expected(descriptors, expect.stringMatching(answer)));
  }
});
