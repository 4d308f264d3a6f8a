import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { headings, section } from '../../docs/markdown.ts';
import { chart, outcome } from './chart.ts';
import { promtoolProgram } from './programs.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

const project = join(import.meta.dirname, '..', '..');
const file = join(chart, 'files', 'alerts.yaml');
const rules = (parse(readFileSync(file, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
const runbooks = readFileSync(join(project, 'docs', 'runbooks.md'), 'utf8');

test('Prometheus loads the alerts', async () => {
  const { succeeded, said } = await outcome(await promtoolProgram(), [
    'check',
    'rules',
    '--lint-fatal',
    file,
  ]);
  expect(succeeded, said).toBe(true);
});

test('each alert fires on what it is for, and not on what looks like it', async () => {
  const cases = join(import.meta.dirname, 'alerts', 'alerts.yaml');
  const { succeeded, said } = await outcome(await promtoolProgram(), ['test', 'rules', cases]);
  expect(succeeded, said).toBe(true);
  const text = readFileSync(cases, 'utf8');
  for (const { alert } of rules)
    expect(text).toMatch(new RegExp(`alertname: ${alert}\\s+eval_time: \\w+\\s+exp_alerts:`));
});

test.each(rules)(
  '$alert has a section in docs/runbooks.md, where its runbook_url leads',
  ({ alert, annotations }) => {
    expect(annotations['runbook_url']).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
    expect(section(runbooks, alert).trim()).not.toBe('');
  },
);

test('docs/runbooks.md has no section of an alert that does not exist', () => {
  expect(headings(runbooks, 2)).toEqual(rules.map(({ alert }) => alert));
});
