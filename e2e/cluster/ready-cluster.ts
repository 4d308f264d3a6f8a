import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterPlan } from './case-plan.ts';
import { createCluster, loadImages } from './cluster.ts';
import { dumpLogs } from './logs.ts';
import { deployMock, makeTls } from './mock-deployment.ts';
import { fillMockVaults } from './mock-vaults.ts';
import { createNamespaces } from './namespaces.ts';
import { connectPods } from './network.ts';
import { chartArguments, installProduct } from './product.ts';
import type { EndToEndState } from './state.ts';
import { step, together } from './steps.ts';

/** What all clusters of a run have in common. */
export type RunState = Pick<
  EndToEndState,
  'environment' | 'kubectl' | 'helm' | 'otherVersion' | 'logDirectory'
> & {
  readonly kind: string;
  readonly nodeImage: string;
  /** Archive and tag of the product's image. */
  readonly product: Promise<{ readonly archive: string; readonly tag: string }>;
  /** Archives of the mock's image and of the one of the pods. */
  readonly testImages: Promise<readonly string[]>;
};

/** A cluster by name, and the directory for its files. */
export type Place = { readonly clusterName: string; readonly directory: string };

/**
 * Makes a cluster with the mock and the product, and namespaces for the cases that run side by side. Each step begins
 * when there is what it needs.
 *
 * @returns the path of the state that the cases read
 */
export async function makeReady(
  run: RunState,
  { clusterName, directory }: Place,
  { sideBySide }: Pick<ClusterPlan, 'sideBySide'>,
): Promise<string> {
  const { kind, nodeImage, product, testImages, ...shared } = run;
  const cluster = { ...shared, kind, clusterName, kubeconfig: join(directory, 'kubeconfig') };
  await mkdir(directory, { recursive: true });
  const tlsDirectory = join(directory, 'tls');
  const authority = makeTls(tlsDirectory);
  const creation = createCluster(cluster, nodeImage);
  const connected = creation.then(() => connectPods(cluster));
  const load = async (title: string, archives: Promise<readonly string[]>) => {
    const [paths] = await Promise.all([archives, creation]);
    await step(`load ${title} into the nodes of ${clusterName}`, () => loadImages(cluster, paths));
  };
  const testImagesLoaded = load('the test images', testImages);
  const productLoaded = load(
    'the product’s image',
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
      await dumpLogs({ ...cluster, nodes }, 'installation');
      throw error;
    });
  });
  const named = connected.then(() =>
    createNamespaces(
      cluster,
      sideBySide.map(({ path }) => path),
    ),
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
    ...shared,
    clusterName,
    kubeconfig: cluster.kubeconfig,
    nodes,
    worker: nodes.at(-1) ?? '',
    ...mock,
    chartArguments: chart,
  };
  const stateFile = join(directory, 'state.json');
  await writeFile(stateFile, JSON.stringify(state, null, 2));
  return stateFile;
}
