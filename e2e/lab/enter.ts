/**
 * Runs a command in the lab: mount and network namespaces of its own, in which the driver can mount as kubelet
 * lets it, Azure's host names are on the loopback, and nothing can reach or disturb the machine.
 *
 *   node e2e/lab/enter.ts <command> [arguments]
 */
import { execa } from 'execa';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node e2e/lab/enter.ts <command> [arguments]');
  process.exit(2);
}

const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const namespaces = ['--mount', '--net', '--propagation', 'private'];
const inside = [process.execPath, `${import.meta.dirname}/inside.ts`, command, ...args];
const result = await execa('unshare', [...user, ...namespaces, '--', ...inside], {
  stdio: 'inherit',
  reject: false,
});
if (result.code === 'ENOENT') console.error('the command unshare is missing: install util-linux');
process.exitCode = result.exitCode ?? 1;
