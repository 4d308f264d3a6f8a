// Every query of the alerts and the dashboard asks for what /metrics of the installer or of the agent has.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../driver/errors.ts';
import { identityKinds } from '../../driver/policy/policy.ts';
import { phases } from '../../driver/recorder.ts';
import { AgentMetrics } from '../../installer/metrics/agent-metrics.ts';
import { Metrics } from '../../installer/metrics/metrics.ts';
import { createMetricsServer } from '../../installer/metrics/metrics-server.ts';
import { RequestMetrics } from '../../installer/metrics/request-metrics.ts';
import { RotationMetrics } from '../../installer/metrics/rotation-metrics.ts';
import { asked, dashboard, type Matcher, queriesOfAlerts, queriesOfDashboard } from './queries.ts';

type Labels = Readonly<Record<string, string>>;

/** Prometheus gives these to every series of a target. */
const ofTheTarget = ['instance', 'job'];
const served = await metricsOfABusyNode();
const queries = [...queriesOfAlerts(), ...queriesOfDashboard()];

test('there are queries of both', () => {
  expect(queriesOfAlerts().length).toBeGreaterThan(5);
  expect(queriesOfDashboard().length).toBeGreaterThan(15);
});

test('a metric that both containers serve is added up by every query, or its two series would be two results', async () => {
  const names = async (registry: Registry) => new Set((await scraped(registry)).map(([name]) => name));
  const [installer, agent] = await Promise.all([names(busyInstaller()), names(busyAgent())]);
  const both = [...installer].filter((name) => agent.has(name));
  expect(both.sort()).toEqual([
    'keyvault_flexvol_token_requests_total',
    'keyvault_flexvol_vault_requests_total',
  ]);
  const about = queries.filter(({ promql }) => both.some((name) => promql.includes(name)));
  expect(about.length).toBeGreaterThan(2);
  for (const { from, promql } of about) expect(promql, from).toMatch(/^sum(?: by \(status\))? ?\(rate\(/);
});

describe.each(queries)('$from', (query) => {
  test('asks for metrics, labels and values that /metrics has', async () => {
    const { selectors, groupings } = await asked(query);
    expect(selectors).not.toEqual([]);
    for (const { metric, matchers } of selectors) {
      expect([...served.keys()]).toContain(metric);
      const series = served.get(metric) ?? [];
      for (const matcher of matchers) {
        expect(labelsOf(series)).toContain(matcher.label);
        expect(matches(series, matcher), `${metric} with ${JSON.stringify(matcher)}`).toBe(true);
      }
      for (const label of groupings) expect(labelsOf(series), `${metric} by ${label}`).toContain(label);
    }
  });
});

test('every label in a legend of the dashboard is one that its query keeps', async () => {
  for (const { title, targets } of dashboard.panels)
    for (const { expr, legendFormat } of targets)
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect(expr, title).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
});

test('the nodes to choose from are those of a metric that exists', () => {
  const definition = dashboard.templating.list.find(({ name }) => name === 'instance')?.definition;
  const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
  expect([...served.keys()]).toContain(metric);
  expect(ofTheTarget).toContain(label);
});

test.each([
  ['an unknown metric', 'keyvault_flexvol_nothing'],
  ['an unclosed bracket', 'sum(keyvault_flexvol_installer_ready'],
])('the check sees %s', async (_, promql) => {
  const found = asked({ from: '', promql }).then(({ selectors }) =>
    selectors.every(({ metric }) => served.has(metric)),
  );
  expect(await found.catch(() => false)).toBe(false);
});

function labelsOf(series: readonly Labels[]): Set<string> {
  return new Set([...series.flatMap((labels) => Object.keys(labels)), ...ofTheTarget]);
}

/** Whether the value that a matcher names, to have it or not to have it, is that of a series. */
function matches(series: readonly Labels[], { label, operator, value }: Matcher): boolean {
  if (ofTheTarget.includes(label)) return true;
  const pattern = new RegExp(`^(?:${value})$`);
  return series.some(({ [label]: has = '' }) => (operator.endsWith('~') ? pattern.test(has) : has === value));
}

/** The labels of every series that the pod serves where everything has happened that can, by the metric's name. */
async function metricsOfABusyNode(): Promise<Map<string, Labels[]>> {
  const found = new Map<string, Labels[]>();
  // Prometheus scrapes both, as two targets with the same instance.
  for (const registry of [busyInstaller(), busyAgent()])
    for (const [name, labels] of await scraped(registry))
      found.set(name, [...(found.get(name) ?? []), labels]);
  return found;
}

function busyAgent(): Registry {
  const registry = new Registry();
  const agent = new AgentMetrics(new RequestMetrics(registry));
  agent.keeping(() => 1);
  for (const to of ['vault', 'token'] as const) agent.requested(to, 200);
  const rotations = new RotationMetrics(registry);
  rotations.reporting(() => ({ failing: 1, failingSeconds: 1, firstExpiry: 1 }));
  for (const result of ['unchanged', 'replaced', 'failed'] as const) rotations.rotated(result, 'Success');
  return registry;
}

function busyInstaller(): Registry {
  const metrics = new Metrics('1.2.3', '/nowhere');
  for (const callOut of ['mount', 'unmount'] as const)
    for (const code of ['Success', ...errorCodes])
      for (const identity of identityKinds)
        metrics.callOut({
          schemaVersion: 1,
          callOut,
          code,
          identity,
          durationsMs: Object.fromEntries([...phases, 'total'].map((phase) => [phase, 1])),
          vaultRequests: { 200: 1, 429: 1, none: 1 },
          tokenRequests: { 200: 1, none: 1 },
          source: 'direct',
          agentPassedOver: 'silent',
        });
  return metrics.registry;
}

async function scraped(registry: Registry): Promise<[string, Labels][]> {
  const server = createMetricsServer(registry).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  const text = await answer.text();
  server.close();
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name = '', labels = '']) => {
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]);
    return [name, Object.fromEntries(pairs) as Labels];
  });
}
