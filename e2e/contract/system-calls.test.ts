import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { setScene, volumeOf } from './scene.ts';

// What a call-out asks of the kernel, as time on a busy machine tells nothing.

const scene = setScene();
const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;

interface Calls {
  /** How often the kernel had to write the node's mounts down. */
  readonly mountinfo: number;
  /** Calls that mount or unmount. */
  readonly mounts: number;
  /** Calls that name something below the run directory or kubelet's directory of the volume. */
  readonly ours: number;
  /** Programs that were started. */
  readonly programs: number;
}

async function callsOf(...args: string[]): Promise<Calls> {
  const log = join(mkdtempSync(join(tmpdir(), 'calls-')), 'log');
  const options = ['-f', '-qq', '-s', '400', '-o', log, '-e', 'trace=%file,mount,umount2,execve'];
  const { stdout } = await execa('strace', [...options, scene.kubelet.driver, ...args]);
  expect(stdout).toBe('{"status":"Success"}');
  const lines = readFileSync(log, 'utf8').split('\n');
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  return {
    mountinfo: count(/"\/proc\/self\/mountinfo"/),
    mounts: count(/ (mount|umount2)\(/),
    ours: count(/"[^"]*(\/run\/keyvault-flexvol|\/pods\/)/) - count(/ execve\(/),
    // The first is the driver's own.
    programs: count(/ execve\(/) - 1,
  };
}

describe.skipIf(!installed && process.env['CI'] === undefined)(
  'a call-out asks little of the kernel:',
  () => {
    test('unmount with nothing there', async () => {
      const volume = volumeOf(scene, 'calls-absent');
      const calls = await callsOf(...scene.kubelet.argumentsOf('unmount', volume));
      expect(calls).toEqual({ mountinfo: 0, mounts: 0, ours: expect.toSatisfy(atMost(31)), programs: 0 });
    });

    test('unmount of an empty directory', async () => {
      const volume = volumeOf(scene, 'calls-empty');
      mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
      const calls = await callsOf(...scene.kubelet.argumentsOf('unmount', volume));
      expect(calls).toEqual({ mountinfo: 1, mounts: 0, ours: expect.toSatisfy(atMost(31)), programs: 0 });
    });

    test('mount and unmount of a read-only volume', async () => {
      const volume = volumeOf(scene, 'calls-mounted', { readOnly: true });
      mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
      const mounted = await callsOf(...scene.kubelet.argumentsOf('mount', volume));
      // Three calls of each look whether the records' file system has to be unmounted.
      expect(mounted).toEqual({ mountinfo: 3, mounts: 5, ours: expect.toSatisfy(atMost(63)), programs: 0 });
      const unmounted = await callsOf(...scene.kubelet.argumentsOf('unmount', volume));
      expect(unmounted).toEqual({ mountinfo: 2, mounts: 2, ours: expect.toSatisfy(atMost(34)), programs: 0 });
    });
  },
);

function atMost(limit: number): (count: number) => boolean {
  return (count) => count <= limit;
}
