// The picture of the dashboard in docs/metrics.md: what Prometheus answers to the dashboard's own queries after four minutes
// of a real cluster, one that `E2E_KEEP=1 npm run e2e` has left.
//   E2E_STATE=<its state.json> node bench/dashboard/main.ts
// Panels that have nothing to show end it with exit code 1.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readState } from '../../e2e/cluster/state.ts';
import { kubernetesVersion } from '../../e2e/cluster/versions.ts';
import { askForPanels } from './panels.ts';
import { drawPanels } from './picture.ts';
import { startPrometheus } from './prometheus.ts';
import { makeTraffic } from './traffic.ts';

const state = readState();
const directory = join(import.meta.dirname, '../../dist/bench/prometheus');
const picture = join(import.meta.dirname, '../../docs/dashboard.svg');
try {
  await using prometheus = await startPrometheus(state, directory);
  await prometheus.findInstallers();
  const start = Date.now() / 1000;
  await makeTraffic(state, () => prometheus.findInstallers());
  const panels = await askForPanels(prometheus, start, Date.now() / 1000);
  const origin = `node bench/dashboard/main.ts, ${new Date().toISOString().slice(0, 10)}, a kind cluster of ${state.nodes.length} nodes, Kubernetes ${kubernetesVersion}, a double of Azure`;
  await writeFile(picture, drawPanels(panels, origin));
  const empty = panels.filter(({ series }) => series.length === 0).map(({ title }) => title);
  if (empty.length > 0) throw new Error(`nothing to show in ${empty.join(', ')}`);
  console.log(`docs/dashboard.svg: ${panels.length} panels`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
