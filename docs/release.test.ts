import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const workflows = readdirSync(new URL('../.github/workflows', import.meta.url));
const { version } = JSON.parse(read('package.json')) as { version: string };

test("the chart's versions are that of package.json", () => {
  const chart = parse(read('charts/keyvault-flexvol/Chart.yaml'));
  expect({ version: chart.version, appVersion: chart.appVersion }).toEqual({ version, appVersion: version });
});

interface Job {
  readonly permissions?: Record<string, string>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

describe.each(workflows)('the workflow %s', (name) => {
  const text = read(`.github/workflows/${name}`);
  const workflow = parse(text) as { permissions: Record<string, string>; jobs: Record<string, Job> };

  test('pins every action by the digest of a commit, and names its version', () => {
    const used = [...text.matchAll(/^ +- uses: (.*)$/gm)].map(([, what]) => what);
    expect(used.length).toBeGreaterThan(1);
    for (const one of used) expect(one).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('has no right to write but where a job names it', () => {
    expect(Object.values(workflow.permissions)).not.toContain('write');
    for (const [job, { permissions = {} }] of Object.entries(workflow.jobs)) {
      if (job !== 'publish') expect(Object.values(permissions)).not.toContain('write');
    }
  });

  test('puts nothing of the event into a shell, where it would be run', () => {
    const commands = Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));
    for (const command of commands) expect(command).not.toContain('${{');
  });

  test('runs scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g))
      expect(scripts).toHaveProperty([script]);
    expect(text).toContain('run: .ci/run');
  });
});

describe('the notes of a release', () => {
  const notes = (wanted: string) =>
    execa(process.execPath, ['.github/changelog-section.mjs', wanted], {
      cwd: new URL('..', import.meta.url),
      reject: false,
    });

  test('are the section of the changelog, without its heading', async () => {
    const { exitCode, stdout } = await notes('Unreleased');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^First version\./);
    expect(stdout).not.toMatch(/^## /m);
  });

  test('are missing, and the release fails, where the changelog has no such section', async () => {
    const { exitCode, stderr } = await notes('9.9.9');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'CHANGELOG.md has no section "## 9.9.9"' });
  });
});
