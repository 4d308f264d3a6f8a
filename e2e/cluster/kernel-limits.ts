import { readFile, writeFile } from 'node:fs/promises';
import { step } from './steps.ts';

/** The kernel allows each user so many inotify instances, and all nodes' programs are those of one user. */
const inotifyInstances = '/proc/sys/fs/inotify/max_user_instances';
const needed = 512;

/**
 * Raises the limit where it is lower, until the machine starts anew. Two nodes take about 40 of the usual 128; where
 * another cluster has the rest, a restarted kubelet fails with "inotify_init: too many open files" and ends.
 */
export async function raiseKernelLimits(): Promise<void> {
  const current = Number(await readFile(inotifyInstances, 'utf8'));
  if (current >= needed) return;
  await step(`raise fs.inotify.max_user_instances from ${current} to ${needed}`, () =>
    writeFile(inotifyInstances, `${needed}\n`),
  );
}
