import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostsFile } from './hosts.ts';

/**
 * Prepares the mount and network namespaces that this process was started in: the loopback interface with Azure's
 * addresses, an empty `/run`, and a hosts file with Azure's names.
 */
export function prepareLab(): void {
  const bun = `node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64-baseline'}/bin/bun`;
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'inherit' });
  run(bun, `${import.meta.dirname}/loopback.ts`);
  run('mount', '-t', 'tmpfs', '-o', 'mode=0755', 'lab', '/run');
  mkdirSync('/run/lab');
  writeFileSync('/run/lab/hosts', hostsFile());
  run('mount', '--bind', '/run/lab/hosts', '/etc/hosts');
}
