import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { AgentMetrics } from '../installer/metrics/agent-metrics.ts';
import { Metrics } from '../installer/metrics/metrics.ts';
import { RequestMetrics } from '../installer/metrics/request-metrics.ts';
import { RotationMetrics } from '../installer/metrics/rotation-metrics.ts';
import { section } from './markdown.ts';

const document = readFileSync(new URL('metrics.md', import.meta.url), 'utf8');

test('metrics.md tells of each metric its kind, its labels and which container serves it, and of no other', async () => {
  const installer = describe(new Metrics('1.2.3', '/nowhere').registry);
  const registry = new Registry();
  new AgentMetrics(new RequestMetrics(registry)).keeping(() => 0);
  new RotationMetrics(registry).reporting(() => ({
    failing: 0,
    failingSeconds: 0,
    firstExpiry: undefined,
  }));
  const agent = describe(registry);
  const both = installer.filter((metric) => agent.includes(metric));
  const existing = [
    ...both.map((metric) => `${metric} of both`),
    ...installer.filter((metric) => !both.includes(metric)).map((metric) => `${metric} of installer`),
    ...agent.filter((metric) => !both.includes(metric)).map((metric) => `${metric} of agent`),
  ];
  const rows = [
    ...section(document, 'Metrics').matchAll(/^\| `([^`]+)` +\| (\w+) +\| ([^|]*)\| (\w+) +\|/gm),
  ];
  const told = rows.map(([, name, kind, labels = '', container]) =>
    [name, kind, labels.replace(/[`,]/g, '').trim(), 'of', container].filter(Boolean).join(' '),
  );
  expect(told.sort()).toEqual(existing.sort());
});

/** `<name> <kind> <labels>` of each metric. */
function describe(registry: Registry): string[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = metric as unknown as {
      name: string;
      type: string;
      labelNames: string[];
    };
    const kind = type ?? metric.constructor.name.toLowerCase();
    return `${name} ${kind} ${labelNames.join(' ')}`.trim();
  });
}
