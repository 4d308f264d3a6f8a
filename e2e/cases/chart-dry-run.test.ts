// @release: API server, Helm
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../cluster/command.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { productNamespace } from '../cluster/product.ts';
import { defineMonitors, forgetMonitors } from '../cluster/prometheus-operator.ts';
import { readState } from '../cluster/state.ts';

const state = readState();
const chart = join(import.meta.dirname, '..', '..', 'charts', 'keyvault-flexvol');
const tryOut = ['apply', '--dry-run=server', '--validate=strict', '--namespace', productNamespace, '-f', '-'];

const monitors = 'monitoring-values.yaml';
const kindsOfMonitors = ['PodMonitor', 'PrometheusRule', 'ServiceMonitor'];

test.each(readdirSync(join(chart, 'ci')))('the API server takes everything made of %s', async (fixture) => {
  await expectTaken(await rendered(fixture));
});

test('the API server would not take a field that Kubernetes does not know', async () => {
  const input = (await rendered('default-values.yaml')).replace(
    /^( *)enableServiceLinks:/m,
    '$1enableLinks:',
  );
  await expect(kubectl(state, tryOut, { input })).rejects.toThrow(
    'unknown field "spec.template.spec.enableLinks"',
  );
});

test('on a cluster without the Prometheus operator no monitor is made', async () => {
  const input = await rendered(monitors);
  expect(kindsIn(input)).not.toEqual(expect.arrayContaining(kindsOfMonitors));
});

describe('on a cluster that knows the kinds of the Prometheus operator', () => {
  beforeAll(() => defineMonitors(state));
  afterAll(() => forgetMonitors(state));

  test('the monitors and the rules are made, and the API server takes them', async () => {
    const input = await rendered(monitors);
    expect(kindsIn(input)).toEqual(expect.arrayContaining(kindsOfMonitors));
    await expectTaken(input);
  });

  test.each([
    ['an interval that is none', / {6}interval: 30s/, '      interval: often', 'interval'],
    [
      'a field of the endpoint that it does not know',
      / {6}path: \/metrics/,
      '      paths: /metrics',
      'paths',
    ],
    ['an alert whose time to wait is none', / {8}for: 10m/, '        for: a while', 'for'],
  ])('the API server would not take %s', async (_, there, instead, named) => {
    const input = (await rendered(monitors)).replace(there, instead);
    expect(input).toContain(instead);
    await expect(kubectl(state, tryOut, { input })).rejects.toThrow(named);
  });
});

async function expectTaken(input: string): Promise<void> {
  const lines = (await kubectl(state, tryOut, { input })).split('\n');
  expect(lines).toHaveLength(kindsIn(input).length);
  for (const line of lines) expect(line).toMatch(/ (created|configured|unchanged) \(server dry run\)$/);
}

function kindsIn(manifests: string): string[] {
  return [...manifests.matchAll(/^kind: (\w+)/gm)].map(([, kind = '']) => kind);
}

/** As another release than the one that is installed, by what the cluster says it has. */
function rendered(fixture: string): Promise<string> {
  const values = join(chart, 'ci', fixture);
  return command(state.helm, [
    ...['--kubeconfig', state.kubeconfig, 'template', 'dry-run', chart, '--dry-run=server'],
    ...['--namespace', productNamespace, '--values', values],
  ]);
}
