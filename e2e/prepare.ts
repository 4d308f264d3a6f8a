// npm run e2e:prepare [packages]: makes what an end-to-end run needs and keeps it: the node image, programs, images.
//   packages             only installs the Debian packages, so that nothing else holds apt's locks later
//   KUBERNETES_VERSION   for another Kubernetes release (default: see cluster/versions.ts)
// `npm run e2e` makes all of it too. This can run earlier, beside something else, with `nice`.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneCache } from './cluster/cache.ts';
import { interruptCommands } from './cluster/command.ts';
import { containerEnvironment } from './cluster/container-engine.ts';
import { busyboxArchive, mockArchive } from './cluster/images.ts';
import { nodeImage } from './cluster/node-image.ts';
import { preparePrerequisites } from './cluster/packages.ts';
import { helmProgram, kindProgram, kubectlProgram } from './cluster/programs.ts';
import { kubernetesVersion } from './cluster/versions.ts';

const begun = Date.now();
const directory = join(import.meta.dirname, '..', 'dist', 'e2e', `prepare-${process.pid}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interruptCommands);

try {
  await preparePrerequisites();
  if (process.argv[2] !== 'packages') await prepare();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  console.error(`Preparation for Kubernetes ${kubernetesVersion} failed: ${text.slice(-6000)}`);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** One after the other: each Go build keeps every core busy by itself. helm is the last, as `npm test` builds it too. */
async function prepare(): Promise<void> {
  await pruneCache();
  const environment = containerEnvironment(directory);
  await kindProgram();
  await nodeImage(environment);
  await kubectlProgram();
  await busyboxArchive(environment);
  await mockArchive(environment);
  await helmProgram();
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`Prepared for Kubernetes ${kubernetesVersion} in ${seconds} s`);
}
