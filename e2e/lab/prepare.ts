import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostsFile } from './hosts.ts';

/**
 * Prepares the mount and network namespaces that this process was started in: the loopback interface with Azure's
 * addresses, an empty `/run`, and a hosts file with Azure's names.
 */
export function prepareLab(): void {
  const bun = `node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64-baseline'}/bin/bun`;
  run(bun, `${import.meta.dirname}/loopback.ts`);
  run('mount', '-t', 'tmpfs', '-o', 'mode=0755', 'lab', '/run');
  mkdirSync('/run/lab');
  writeFileSync('/run/lab/hosts', hostsFile());
  run('mount', '--bind', '/run/lab/hosts', '/etc/hosts');
}

/**
 * Gives the tests of this lab a temporary directory in memory: installing the driver syncs what it writes, and a
 * disk makes labs wait for each other. Everything in it goes with the lab.
 */
export function prepareTemporaryDirectory(): void {
  const directory = join(tmpdir(), 'lab');
  mkdirSync(directory, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', 'mode=1777', 'lab', directory);
  process.env['TMPDIR'] = directory;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'inherit' });
}
