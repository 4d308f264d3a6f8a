// The end-to-end run: node image, clusters, mock of Azure, the product from its chart, then the cases.
//   KUBERNETES_VERSION   another Kubernetes release (default: see cluster/versions.ts)
//   KIND_NODE_IMAGE      a published node image, where an image registry can be reached; nothing is built then
//   --bench [agent]      measures mounts by kubelet's own metric (bench/kubelet) in place of the cases
//   E2E_KEEP=1           keeps the cluster, of which there is only one then, and says how to go on with it
//   E2E_ALL=1            on the older release too, runs the cases that depend on no release
// Arguments go to vitest: `node e2e/run.ts pod-identity` runs the cases whose file name has that.
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneCache } from './cluster/cache.ts';
import { type ClusterPlan, planCases, readCases } from './cluster/case-plan.ts';
import { deleteCluster, networkOfClusters } from './cluster/cluster.ts';
import { interruptCommands, interrupted, shownCommand } from './cluster/command.ts';
import { containerEnvironment } from './cluster/container-engine.ts';
import { busyboxArchive, mockArchive, productImage } from './cluster/images.ts';
import { howToUse, prepareToKeep } from './cluster/kept-cluster.ts';
import { raiseKernelLimits } from './cluster/kernel-limits.ts';
import { nodeImage } from './cluster/node-image.ts';
import { buildOtherVersion, otherVersionIn } from './cluster/other-version.ts';
import { preparePrerequisites } from './cluster/packages.ts';
import { helmProgram, kindProgram, kubectlProgram } from './cluster/programs.ts';
import { makeReady, type RunState } from './cluster/ready-cluster.ts';
import { stepTable, together } from './cluster/steps.ts';
import { kubernetesVersion, runsAllCases } from './cluster/versions.ts';
import { realAzure } from './real/environment.ts';

const project = join(import.meta.dirname, '..');
const runName = `kvfv-${randomBytes(3).toString('hex')}`;
const directory = join(project, 'dist', 'e2e', runName);
const keep = process.env['E2E_KEEP'] === '1';

const given = process.argv.slice(2);
const measures = given[0] === '--bench';
/** Options of vitest may have values, so with options every file may be meant. */
const patterns = given.some((one) => one.startsWith('-')) ? [] : given;
/** Real vaults are changed by some cases, and measurements want the machine for themselves. */
const isOneCluster = keep || measures || realAzure() !== undefined;
const cases = readCases(join(import.meta.dirname, 'cases'));
const plan = planCases(cases, { patterns, runsAll: runsAllCases, isOneCluster });
/** On a cluster that stays, any case may run later. */
const everyCase = planCases(cases, { patterns: [], runsAll: true, isOneCluster });
const clusters = keep || measures ? everyCase.clusters : plan.clusters;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interruptCommands);

async function run(): Promise<void> {
  await preparePrerequisites();
  await raiseKernelLimits();
  await pruneCache();
  const environment = containerEnvironment(directory);
  const kind = await kindProgram();
  const image = await nodeImage(environment);
  const [kubectl, helm] = [await kubectlProgram(), await helmProgram()];
  const otherVersion = otherVersionIn(directory);
  const product = productImage(environment);
  const shared: RunState = {
    environment,
    kind,
    kubectl,
    helm,
    otherVersion,
    logDirectory: join(project, 'dist', 'e2e-logs'),
    nodeImage: image,
    product,
    testImages: testImages(environment),
  };
  const inBackground = needsOtherVersion()
    ? product.then(
        () => buildOtherVersion(otherVersion, environment),
        () => undefined,
      )
    : undefined;
  sayWhatIsLeftOut();
  try {
    await together(
      ...clusters.map((cluster, index) =>
        index === 0
          ? runOn(shared, cluster)
          : networkOfClusters(environment).then(() => runOn(shared, cluster)),
      ),
    );
  } finally {
    await inBackground;
    if (!keep) await rm(directory, { recursive: true });
  }
}

/** Makes a cluster, runs its cases, and deletes it. */
async function runOn(shared: RunState, cases: ClusterPlan): Promise<void> {
  const clusterName = isOneCluster ? runName : `${runName}-${cases.name}`;
  const place = { clusterName, directory: isOneCluster ? directory : join(directory, cases.name) };
  const cluster = { ...shared, clusterName, kubeconfig: join(place.directory, 'kubeconfig') };
  try {
    const stateFile = await makeReady(shared, place, cases);
    if (keep) await prepareToKeep(directory, cluster);
    await runCases(cases, stateFile);
  } finally {
    if (keep) console.log(howToUse(directory, clusterName));
    else await deleteCluster(cluster);
  }
}

/** Answers the archives: the mock's and the one of the pods. */
async function testImages(environment: Record<string, string>): Promise<string[]> {
  return [await mockArchive(environment), await busyboxArchive(environment)];
}

function needsOtherVersion(): boolean {
  if (measures) return false;
  return clusters.some(({ sideBySide, alone }) =>
    [...sideBySide, ...alone].some(({ name }) => name.includes('upgrade')),
  );
}

function sayWhatIsLeftOut(): void {
  const skipped = plan.skipped.map(({ name }) => name);
  if (skipped.length > 0)
    console.log(
      `  ${skipped.length} files are left out on ${kubernetesVersion}, as they depend on no release: ${skipped.join(', ')}`,
    );
}

async function runCases({ name }: ClusterPlan, stateFile: string): Promise<void> {
  console.log(`  … the cases of the ${name} cluster`);
  const asked: Record<string, string> = measures
    ? { KVFV_BENCH: given[1] ?? 'driver' }
    : { E2E_PATTERNS: JSON.stringify(patterns), ...(isOneCluster ? {} : { E2E_CLUSTER: name }) };
  const args = ['run', '--config', 'vitest.e2e.config.ts', ...(measures ? [] : given)];
  const exitCode = await shownCommand('vitest', args, {
    cwd: project,
    env: { E2E_STATE: stateFile, ...asked },
  });
  if (exitCode !== 0) throw new Error(`a case of the ${name} cluster failed: see above, and dist/e2e-logs`);
}

const begun = Date.now();
console.log(`End-to-end run on Kubernetes ${kubernetesVersion}, cluster ${runName}`);
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
