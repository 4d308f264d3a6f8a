import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AgentMetrics } from '../installer/metrics/agent-metrics.ts';
import { Metrics } from '../installer/metrics/metrics.ts';
import { RotationMetrics } from '../installer/metrics/rotation-metrics.ts';
import { section } from './markdown.ts';

const document = readFileSync(new URL('metrics.md', import.meta.url), 'utf8');

test('metrics.md tells of each metric its kind and its labels, and of no other', async () => {
  const metrics = new Metrics('1.2.3', '/nowhere');
  new AgentMetrics(metrics).keeping(() => 0);
  new RotationMetrics(metrics).reporting(() => ({ failing: 0, failingSeconds: 0, firstExpiry: undefined }));
  const { registry } = metrics;
  const existing = registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = metric as unknown as {
      name: string;
      type: string;
      labelNames: string[];
    };
    const kind = type ?? metric.constructor.name.toLowerCase();
    return `${name} ${kind} ${labelNames.join(' ')}`.trim();
  });
  const rows = [...section(document, 'Metrics').matchAll(/^\| `([^`]+)` +\| (\w+) +\| ([^|]*)\|/gm)];
  const told = rows.map(([, name, kind, labels = '']) =>
    `${name} ${kind} ${labels.replace(/[`,]/g, '').trim()}`.trim(),
  );
  expect(told.sort()).toEqual(existing.sort());
});
