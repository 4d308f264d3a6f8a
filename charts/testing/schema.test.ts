import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { chart, helm } from './chart.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $ref?: string;
}

const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Schema;
const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<string, unknown>;

/** What Kubernetes and the Prometheus operator define, and the API server checks. */
const kubernetesOwn = [
  'affinity',
  'extraEnv[].valueFrom',
  'extraObjects[]',
  'extraVolumeMounts[]',
  'extraVolumes[]',
  'metrics.podMonitor.metricRelabelings[]',
  'metrics.podMonitor.relabelings[]',
  'metrics.serviceMonitor.metricRelabelings[]',
  'metrics.serviceMonitor.relabelings[]',
  'networkPolicy.metricsFrom[]',
  'tolerations[]',
];

test('at every level of ours the schema refuses keys that it does not know', () => {
  expect(openObjects(schema, '').toSorted()).toEqual(['global', ...kubernetesOwn].toSorted());
});

test('every value that the schema knows is in values.yaml, with its default', () => {
  expect(propertiesOf(schema, values, '')).toEqual(['global']);
});

test.each([
  ['a key that nobody knows', ['nodeconfig.caBundle=x'], 'nodeconfig'],
  ['a misspelt key within one', ['image.repo=x'], 'repo'],
  ['a platform that does not exist', ['platform=eks'], 'platform'],
  ['a digest that is none', ['image.digest=sha256:abc'], 'digest'],
  ['a tag with a blank', ['image.tag=a b'], 'tag'],
  ['a pull policy in another case', ['image.pullPolicy=always'], 'pullPolicy'],
  ['a pull secret without a name', ['imagePullSecrets[0].secret=x'], 'imagePullSecrets'],
  ['a cloud over plain HTTP', ['nodeConfig.clouds.Own.authority=http://x.example'], 'authority'],
  ['a proxy without a scheme', ['nodeConfig.httpsProxy=proxy:3128'], 'httpsProxy'],
  ['a port beyond the last', ['nodeConfig.nmiPorts={65536}'], 'nmiPorts'],
  ['a deadline beyond kubelet’s patience', ['nodeConfig.deadlineSeconds=600'], 'deadlineSeconds'],
  ['a rule that leaves a way out', ['nodeConfig.policy.rules[0].namespaces={shop}'], 'rules'],
  ['an update of no node at all', ['updateStrategy.rollingUpdate.maxUnavailable=0'], 'maxUnavailable'],
  [
    'a surge, as two installers of one node would meet',
    ['updateStrategy.rollingUpdate.maxSurge=1'],
    'maxSurge',
  ],
  ['a key of a taint that is none', ['startupTaint.key=-x'], 'key'],
  ['an uninstallation that is no yes or no', ['uninstall=yes'], 'uninstall'],
  ['a health port that is no number', ['health.port=http'], 'port'],
  ['a port of the agent beyond the last', ['agent.metricsPort=65536'], 'metricsPort'],
  ['a switch that is text', ['networkPolicy.enabled=on'], 'enabled'],
  ['a render mode that does not exist', ['metrics.podMonitor.renderMode=always'], 'renderMode'],
  ['an interval without a unit', ['metrics.serviceMonitor.interval=5x'], 'interval'],
  ['a runbook address that would run into the path', ['metrics.alerts.runbookBaseUrl=https://x'], 'runbook'],
  ['a variable without a name', ['extraEnv[0].value=x'], 'extraEnv'],
  ['a test option that is no text', ['tests.options.usevmmanagedidentity=true'], 'usevmmanagedidentity'],
])('the chart refuses %s', async (_name, settings, named) => {
  const { succeeded, said } = await helm(
    'template',
    chart,
    ...settings.flatMap((setting) => ['--set', setting]),
  );
  expect(succeeded).toBe(false);
  expect(said).toMatch(/values don't meet the specifications of the schema/);
  expect(said).toContain(named);
});

/** Paths of the objects that take any key. A map of names to values of one kind is none. */
function openObjects(node: Schema, path: string): string[] {
  const open = node.type === 'object' && node.additionalProperties === undefined ? [path] : [];
  const both =
    Array.isArray(node.type) && node.type.includes('object') && node.additionalProperties === undefined;
  const below = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    openObjects(child, path === '' ? name : `${path}.${name}`),
  );
  const items = node.items === undefined ? [] : openObjects(node.items, `${path}[]`);
  const inMap =
    typeof node.additionalProperties === 'object' ? openObjects(node.additionalProperties, `${path}.*`) : [];
  return [...open, ...(both ? [path] : []), ...below, ...items, ...inMap];
}

/** Properties of the schema without a counterpart, down to where a default is empty or not set. */
function propertiesOf(node: Schema, given: Record<string, unknown>, path: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const value = given[name];
    const here = path === '' ? name : `${path}.${name}`;
    if (value === undefined) return [here];
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    const whole = ['seLinuxOptions', 'resources'].includes(name);
    return isMap && !whole ? propertiesOf(child, value as Record<string, unknown>, here) : [];
  });
}
