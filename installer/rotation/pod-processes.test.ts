import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signalPod } from './pod-processes.ts';

const UID = '9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f10';
const OTHER = '9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f11';
const SYSTEMD = UID.replaceAll('-', '_');
const CONTAINER = 'cri-containerd-0123456789abcdef.scope';

/** A node's /proc, in which the process is a real one that tells of a SIGHUP. */
let proc = '';
let child: ChildProcess;

beforeEach(async () => {
  proc = mkdtempSync(join(tmpdir(), 'proc-'));
  const program =
    'process.on("SIGHUP", () => process.exit(42)); setInterval(() => 0, 1000); console.log("ready");';
  child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout ?? child, 'data');
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(proc, { recursive: true });
});

function describeChild(cgroup: string, ids = `${child.pid} 1`): void {
  const directory = join(proc, String(child.pid));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'cgroup'), cgroup);
  writeFileSync(join(directory, 'status'), `Name:\tx\nNSpid:\t${ids.replaceAll(' ', '\t')}\n`);
  writeFileSync(join(directory, 'stat'), `${child.pid} (a) b) S ${'0 '.repeat(18)}4711 0\n`);
}

test.each([
  [
    'with systemd',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${SYSTEMD}.slice/${CONTAINER}\n`,
  ],
  ['of the guaranteed class', `0::/kubepods.slice/kubepods-pod${SYSTEMD}.slice/${CONTAINER}\n`],
  ['as seen from another cgroup namespace', `0::/../../kubepods-pod${SYSTEMD}.slice/${CONTAINER}\n`],
  ['with cgroupfs', `0::/kubepods/burstable/pod${UID}/0123456789abcdef\n`],
  ['of cgroups version 1', `12:pids:/other\n11:memory:/kubepods/pod${UID}/0123\n`],
  ['on kind', `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${SYSTEMD}.slice/${CONTAINER}\n`],
])('the first process of a container of the pod gets the signal: %s', async (_, cgroup) => {
  describeChild(cgroup);
  expect(signalPod(UID, 'SIGHUP', proc)).toBe(1);
  expect(await once(child, 'exit')).toEqual([42, null]);
});

test.each([
  ['of another pod', `0::/kubepods/pod${OTHER}/x\n`, undefined],
  ['of no pod', '0::/system.slice/kubelet.service\n', undefined],
  ['whose cgroup only mentions the pod', `0::/user.slice/my-pod${SYSTEMD}.slice\n`, undefined],
  ['whose cgroup goes on after the uid', `0::/kubepods/pod${UID}0/x\n`, undefined],
  ['that another of its container started', `0::/kubepods/pod${UID}/x\n`, '4711 7'],
  ['of the node itself', `0::/kubepods/pod${UID}/x\n`, '1'],
])('a process %s gets none', async (_, cgroup, ids) => {
  describeChild(cgroup, ids);
  expect(signalPod(UID, 'SIGHUP', proc)).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(child.exitCode).toBeNull();
});

test.each(['', '.', '*', '../..', 'x', '9d0c0d6e'])('%j is no uid of a pod', (uid) => {
  describeChild(`0::/kubepods/pod${uid}/x\n`);
  expect(signalPod(uid, 'SIGHUP', proc)).toBe(0);
});
