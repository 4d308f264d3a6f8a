/** The inner half of `enter.ts`: prepares the new namespaces, then runs the command in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { hostsFile } from './hosts.ts';

const [command = '', ...args] = process.argv.slice(2);
const bun = `node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64-baseline'}/bin/bun`;

await execa(bun, [`${import.meta.dirname}/loopback.ts`], { stdio: 'inherit' });
await execa('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'lab', '/run']);
mkdirSync('/run/lab');
writeFileSync('/run/lab/hosts', hostsFile());
await execa('mount', ['--bind', '/run/lab/hosts', '/etc/hosts']);

const result = await execa(command, args, { stdio: 'inherit', reject: false, preferLocal: true });
process.exitCode = result.exitCode ?? 1;
