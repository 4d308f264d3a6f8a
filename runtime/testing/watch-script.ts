import { watch } from 'node:fs';
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { outcome, print, readInput } from './answers.ts';

/** What is told of changes in a directory (watch.test.ts). */

const SETTLE_MS = 100;

const { directories } = readInput<{ directories: { node: string; runtime: string } }>();
const parent = directories[process.versions['node'] === undefined ? 'runtime' : 'node'];
const directory = join(parent, 'watched');
const at = (name: string) => join(directory, name);

let told: string[] = [];
const watcher = outcome(() => void watch(join(parent, 'none'), () => undefined));
await mkdir(directory);
const watching = watch(directory, (event, name) => void told.push(`${event} ${name}`));
watching.on('error', () => void told.push('error'));

const steps = [
  await after(() => writeFile(at('é'), '1')),
  await after(() => writeFile(at('é'), '2')),
  await after(() => rename(at('é'), at('.hidden'))),
  await after(() => rename(at('.hidden'), join(parent, 'away'))),
  await after(() => mkdir(at('deep'))),
  await after(() => writeFile(at('deep/unseen'), '')),
  await after(() => rm(at('deep'), { recursive: true })),
  await after(() => rmdir(directory)),
];
watching.close();
watching.close();
steps.push(await after(() => mkdir(directory)));
print({ watcher: JSON.stringify(watcher).replaceAll(parent, ''), steps });

/** What is told of a change: twice the same in a row is told once, as the kernel may join it. */
async function after(change: () => Promise<unknown>): Promise<string[]> {
  told = [];
  await change();
  await delay(SETTLE_MS);
  return told.filter((line, index) => line !== told[index - 1]);
}
