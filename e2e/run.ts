// The end-to-end run: node image, cluster, mock of Azure, the product from its chart, then the cases.
//   KUBERNETES_VERSION   another Kubernetes release (default: see cluster/versions.ts)
//   KIND_NODE_IMAGE      a published node image, where an image registry can be reached; nothing is built then
//   --bench [agent]      measures mounts by kubelet's own metric (bench/kubelet) in place of the cases
//   E2E_KEEP=1           keeps the cluster, and says how to go on with it
// Arguments go to vitest: `node e2e/run.ts pod-identity` runs the cases whose file name has that.
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneCache } from './cluster/cache.ts';
import { createCluster, deleteCluster, loadImages } from './cluster/cluster.ts';
import { interruptCommands, interrupted, shownCommand } from './cluster/command.ts';
import { containerEnvironment } from './cluster/container-engine.ts';
import { busyboxArchive, mockArchive, productImage } from './cluster/images.ts';
import { howToUse, prepareToKeep } from './cluster/kept-cluster.ts';
import { raiseKernelLimits } from './cluster/kernel-limits.ts';
import { dumpLogs } from './cluster/logs.ts';
import { deployMock, makeTls } from './cluster/mock-deployment.ts';
import { fillMockVaults } from './cluster/mock-vaults.ts';
import { connectPods } from './cluster/network.ts';
import { nodeImage } from './cluster/node-image.ts';
import { preparePrerequisites } from './cluster/packages.ts';
import { chartArguments, installProduct } from './cluster/product.ts';
import { helmProgram, kindProgram, kubectlProgram } from './cluster/programs.ts';
import type { EndToEndState } from './cluster/state.ts';
import { step } from './cluster/steps.ts';
import { kubernetesVersion } from './cluster/versions.ts';

const project = join(import.meta.dirname, '..');
const clusterName = `kvfv-${randomBytes(3).toString('hex')}`;
const directory = join(project, 'dist', 'e2e', clusterName);
const keep = process.env['E2E_KEEP'] === '1';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interruptCommands);

async function run(): Promise<void> {
  await preparePrerequisites();
  await raiseKernelLimits();
  await pruneCache();
  const environment = containerEnvironment(directory);
  const kind = await kindProgram();
  const image = await nodeImage(environment);
  const [kubectl, helm] = [await kubectlProgram(), await helmProgram()];
  const cluster = {
    clusterName,
    kubeconfig: join(directory, 'kubeconfig'),
    environment,
    kind,
    kubectl,
    helm,
  };
  try {
    // 1. The cluster, and the images meanwhile
    const images = buildImages(environment);
    const creation = createCluster(cluster, image);
    // both to their end, whatever becomes of the other: a cluster in the making can't be deleted cleanly
    await Promise.allSettled([images, creation]);
    const [{ archives, tag }] = await Promise.all([images, creation]);
    const nodes = await connectPods(cluster);
    await step('load the images into the nodes', () => loadImages(cluster, archives));

    // 2. The mock and the product
    const tlsDirectory = join(directory, 'tls');
    const caFile = await makeTls(tlsDirectory);
    const mock = await deployMock({ ...cluster, nodes }, tlsDirectory);
    const state: EndToEndState = {
      ...cluster,
      nodes,
      worker: nodes.at(-1) ?? '',
      ...mock,
      chartArguments: await chartArguments(directory, caFile, tag),
      logDirectory: join(project, 'dist', 'e2e-logs'),
    };
    const stateFile = join(directory, 'state.json');
    await fillMockVaults(state);
    await writeFile(stateFile, JSON.stringify(state, null, 2));
    await installProduct(state).catch(async (error: unknown) => {
      await dumpLogs(state, 'installation');
      throw error;
    });

    if (keep) await prepareToKeep(directory, cluster);

    // 3. The cases
    await runCases(stateFile);
  } finally {
    if (keep) console.log(howToUse(directory, clusterName));
    else {
      await deleteCluster(cluster);
      await rm(directory, { recursive: true });
    }
  }
}

async function buildImages(
  environment: Record<string, string>,
): Promise<{ archives: string[]; tag: string }> {
  const product = await productImage(environment);
  const archives = [product.archive, await mockArchive(environment), await busyboxArchive(environment)];
  return { archives, tag: product.tag };
}

async function runCases(stateFile: string): Promise<void> {
  console.log('  … the cases');
  const given = process.argv.slice(2);
  const measures = given[0] === '--bench';
  const bench: Record<string, string> = measures ? { KVFV_BENCH: given[1] ?? 'driver' } : {};
  const patterns = measures ? [] : given;
  const args = ['run', '--config', 'vitest.e2e.config.ts', ...patterns];
  const exitCode = await shownCommand('vitest', args, {
    cwd: project,
    env: { E2E_STATE: stateFile, ...bench },
  });
  if (exitCode !== 0) throw new Error('a case failed: see above, and dist/e2e-logs');
}

const begun = Date.now();
console.log(`End-to-end run on Kubernetes ${kubernetesVersion}, cluster ${clusterName}`);
await mkdir(directory, { recursive: true });
try {
  await run();
  console.log(`End-to-end run passed in ${Math.round((Date.now() - begun) / 1000)} s`);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  console.error(interrupted() ? 'End-to-end run interrupted' : `End-to-end run failed: ${text.slice(-6000)}`);
  process.exitCode = 1;
}
