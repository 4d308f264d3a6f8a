// Every query of the alerts and the dashboard asks for what the installer's /metrics has.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../driver/errors.ts';
import { identityKinds } from '../../driver/policy/policy.ts';
import { phases } from '../../driver/recorder.ts';
import { AgentMetrics } from '../../installer/metrics/agent-metrics.ts';
import { Metrics } from '../../installer/metrics/metrics.ts';
import { createMetricsServer } from '../../installer/metrics/metrics-server.ts';
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

/** The labels of every series that an installer serves where everything has happened that can, by the metric's name. */
async function metricsOfABusyNode(): Promise<Map<string, Labels[]>> {
  const metrics = new Metrics('1.2.3', '/nowhere');
  const rotations = new RotationMetrics(metrics);
  rotations.reporting(() => ({ failing: 1, failingSeconds: 1, firstExpiry: 1 }));
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
  new AgentMetrics(metrics).keeping(() => 1);
  for (const result of ['unchanged', 'replaced', 'failed'] as const) rotations.rotated(result, 'Success');
  const server = createMetricsServer(metrics.registry).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  const text = await answer.text();
  server.close();
  const found = new Map<string, Labels[]>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]);
    found.set(name, [...(found.get(name) ?? []), Object.fromEntries(pairs)]);
  }
  return found;
}
