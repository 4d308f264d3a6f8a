/** The inner half of `enter.ts`: prepares the new namespaces, then runs the command in them. */
import { execa } from 'execa';
import { prepareLab } from './prepare.ts';

const [command = '', ...args] = process.argv.slice(2);
prepareLab();
const result = await execa(command, args, { stdio: 'inherit', reject: false, preferLocal: true });
process.exitCode = result.exitCode ?? 1;
