// The end-to-end run: node image, cluster, mock of Azure, the product from its chart, then the cases.
//   KUBERNETES_VERSION   another Kubernetes release (default: see cluster/versions.ts)
//   KIND_NODE_IMAGE      a published node image, where an image registry can be reached; nothing is built then
//   --bench [agent]      measures mounts by kubelet's own metric (bench/kubelet) in place of the cases
//   E2E_KEEP=1           keeps the cluster, and says how to go on with it
//   E2E_ALL=1            on the older release too, runs the cases that depend on no release
// Arguments go to vitest: `node e2e/run.ts pod-identity` runs the cases whose file name has that.
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneCache } from './cluster/cache.ts';
import { planCases, readCases } from './cluster/case-plan.ts';
import { createCluster, deleteCluster, loadImages } from './cluster/cluster.ts';
import { interruptCommands, interrupted, shownCommand } from './cluster/command.ts';
import { containerEnvironment } from './cluster/container-engine.ts';
import { busyboxArchive, mockArchive, productImage } from './cluster/images.ts';
import { howToUse, prepareToKeep } from './cluster/kept-cluster.ts';
import { raiseKernelLimits } from './cluster/kernel-limits.ts';
import { dumpLogs } from './cluster/logs.ts';
import { deployMock, makeTls } from './cluster/mock-deployment.ts';
import { fillMockVaults } from './cluster/mock-vaults.ts';
import { createNamespaces } from './cluster/namespaces.ts';
import { connectPods } from './cluster/network.ts';
import { nodeImage } from './cluster/node-image.ts';
import { buildOtherVersion, otherVersionIn } from './cluster/other-version.ts';
import { preparePrerequisites } from './cluster/packages.ts';
import { chartArguments, installProduct } from './cluster/product.ts';
import { helmProgram, kindProgram, kubectlProgram } from './cluster/programs.ts';
import type { EndToEndState } from './cluster/state.ts';
import { step, stepTable, together } from './cluster/steps.ts';
import { kubernetesVersion, runsAllCases } from './cluster/versions.ts';

const project = join(import.meta.dirname, '..');
const clusterName = `kvfv-${randomBytes(3).toString('hex')}`;
const directory = join(project, 'dist', 'e2e', clusterName);
const logDirectory = join(project, 'dist', 'e2e-logs');
const keep = process.env['E2E_KEEP'] === '1';

const given = process.argv.slice(2);
const measures = given[0] === '--bench';
/** Options of vitest may have values, so with options every file may be meant. */
const patterns = given.some((one) => one.startsWith('-')) ? [] : given;
const cases = readCases(join(import.meta.dirname, 'cases'));
const plan = planCases(cases, { patterns, runsAll: runsAllCases });
/** On a cluster that stays, any case may run later. */
const prepared = keep ? cases : [...plan.sideBySide, ...plan.alone];

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
  const otherVersion = otherVersionIn(directory);
  let inBackground: Promise<void> | undefined;
  try {
    // 1. The nodes, the images, the mock and the product: each begins when there is what it needs.
    const tlsDirectory = join(directory, 'tls');
    const authority = makeTls(tlsDirectory);
    const product = productImage(environment);
    const creation = createCluster(cluster, image);
    const connected = creation.then(() => connectPods(cluster));
    const testImagesLoaded = load(cluster, 'the test images', creation, testImages(environment));
    const productLoaded = load(
      cluster,
      'the product’s image',
      creation,
      product.then(({ archive }) => [archive]),
    );
    const values = Promise.all([authority, product]).then(([caFile, { tag }]) =>
      chartArguments(directory, caFile, tag),
    );
    const deployed = Promise.all([connected, authority, testImagesLoaded]).then(async ([nodes]) => {
      const addresses = await deployMock({ ...cluster, nodes }, tlsDirectory);
      await fillMockVaults(addresses);
      return addresses;
    });
    const installed = Promise.all([values, connected, productLoaded]).then(async ([given, nodes]) => {
      await installProduct({ ...cluster, chartArguments: given }).catch(async (error: unknown) => {
        await dumpLogs({ ...cluster, nodes, logDirectory }, 'installation');
        throw error;
      });
    });
    const named = connected.then(() =>
      createNamespaces(
        cluster,
        prepared.filter(({ alone }) => alone === undefined).map(({ path }) => path),
      ),
    );
    if (needsOtherVersion())
      inBackground = product.then(
        () => buildOtherVersion(otherVersion, environment),
        () => undefined,
      );
    const [nodes, mock, chart] = await together(
      connected,
      deployed,
      values,
      installed,
      named,
      testImagesLoaded,
      productLoaded,
    );
    const state: EndToEndState = {
      ...cluster,
      nodes,
      worker: nodes.at(-1) ?? '',
      ...mock,
      chartArguments: chart,
      otherVersion,
      logDirectory,
    };
    const stateFile = join(directory, 'state.json');
    await writeFile(stateFile, JSON.stringify(state, null, 2));

    if (keep) await prepareToKeep(directory, cluster);

    // 2. The cases
    await runCases(stateFile);
  } finally {
    await inBackground;
    if (keep) console.log(howToUse(directory, clusterName));
    else {
      await deleteCluster(cluster);
      await rm(directory, { recursive: true });
    }
  }
}

/** Loads images into the nodes as soon as both are there. */
async function load(
  cluster: Parameters<typeof loadImages>[0],
  title: string,
  creation: Promise<void>,
  archives: Promise<string[]>,
): Promise<void> {
  const [paths] = await Promise.all([archives, creation]);
  await step(`load ${title} into the nodes`, () => loadImages(cluster, paths));
}

/** Answers the archives: the mock's and the one of the pods. */
async function testImages(environment: Record<string, string>): Promise<string[]> {
  return [await mockArchive(environment), await busyboxArchive(environment)];
}

function needsOtherVersion(): boolean {
  return !measures && prepared.some(({ name }) => name.includes('upgrade'));
}

async function runCases(stateFile: string): Promise<void> {
  console.log('  … the cases');
  const skipped = plan.skipped.map(({ name }) => name);
  if (skipped.length > 0)
    console.log(
      `  ${skipped.length} files are left out on ${kubernetesVersion}, as they depend on no release: ${skipped.join(', ')}`,
    );
  const asked: Record<string, string> = measures
    ? { KVFV_BENCH: given[1] ?? 'driver' }
    : { E2E_PATTERNS: JSON.stringify(patterns) };
  const args = ['run', '--config', 'vitest.e2e.config.ts', ...(measures ? [] : given)];
  const exitCode = await shownCommand('vitest', args, {
    cwd: project,
    env: { E2E_STATE: stateFile, ...asked },
  });
  if (exitCode !== 0) throw new Error('a case failed: see above, and dist/e2e-logs');
}

const begun = Date.now();
console.log(`End-to-end run on Kubernetes ${kubernetesVersion}, cluster ${clusterName}`);
await mkdir(directory, { recursive: true });
let failure: string | undefined;
try {
  await run();
} catch (error) {
  failure = error instanceof Error ? error.message : String(error);
}
console.log(`Time of each step; steps overlap:\n${stepTable()}`);
if (failure === undefined)
  console.log(`End-to-end run passed in ${Math.round((Date.now() - begun) / 1000)} s`);
else {
  console.error(
    interrupted() ? 'End-to-end run interrupted' : `End-to-end run failed: ${failure.slice(-6000)}`,
  );
  process.exitCode = 1;
}
