import { join } from 'node:path';
import { buildGoPrograms, type GoPrograms } from '../../e2e/cluster/go-programs.ts';

const unittest: GoPrograms = {
  name: 'helm-unittest',
  module: 'github.com/helm-unittest/helm-unittest',
  version: 'v1.1.2',
  packages: ['github.com/helm-unittest/helm-unittest/cmd/helm-unittest'],
  // as its own go.mod says: replacements count only in the main module
  replace: ['github.com/vmware-labs/yaml-jsonpath v0.3.2 => github.com/helm-unittest/yaml-jsonpath v0.4.0'],
};

const docs: GoPrograms = {
  name: 'helm-docs',
  module: 'github.com/norwoodj/helm-docs',
  version: 'v1.14.2',
  packages: ['github.com/norwoodj/helm-docs/cmd/helm-docs'],
};

const promtool: GoPrograms = {
  name: 'promtool',
  module: 'github.com/prometheus/prometheus',
  version: 'v0.316.0',
  packages: ['github.com/prometheus/prometheus/cmd/promtool'],
  tags: 'remove_all_sd',
};

/** Runs the chart's unit tests (`tests/*_test.yaml`); needs no helm. */
export async function helmUnittestProgram(): Promise<string> {
  return join(await buildGoPrograms(unittest), 'helm-unittest');
}

/** Makes the chart's README of the comments in values.yaml. */
export async function helmDocsProgram(): Promise<string> {
  return join(await buildGoPrograms(docs), 'helm-docs');
}

/** Prometheus' own reader of alert rules and queries. */
export async function promtoolProgram(): Promise<string> {
  return join(await buildGoPrograms(promtool), 'promtool');
}
