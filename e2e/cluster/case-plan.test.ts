import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CaseFile, planCases, readCases, readMarks } from './case-plan.ts';

describe('the marks of a case file', () => {
  test('a file without marks runs beside others and depends on no release', () => {
    expect(readMarks("import { expect } from 'vitest';\n")).toEqual({ release: [] });
  });

  test('both marks are read from the lines above the first import', () => {
    const source = [
      '// @alone: restarts kubelet',
      '// @release: kubelet, API server',
      "import { expect } from 'vitest';",
      '// @release: Helm',
    ].join('\n');
    expect(readMarks(source)).toEqual({ alone: 'restarts kubelet', release: ['kubelet', 'API server'] });
  });

  test.each([
    ['an unknown mark', '// @serial: why', 'unknown mark @serial: the marks are @alone and @release'],
    ['a mark without a text', '// @alone', 'the mark @alone has no text'],
    [
      'an unknown part',
      '// @release: etcd',
      'unknown part of a release "etcd": write kubelet, API server, Helm',
    ],
  ])('%s is refused', (_, source, message) => {
    expect(() => readMarks(source)).toThrow(message);
  });
});

describe('the plan of a run', () => {
  const files = [
    file('z-uninstall', { alone: 'uninstalls', release: ['Helm'] }),
    file('select', { release: [] }),
    file('deletion', { release: ['kubelet'] }),
    file('throttling', { alone: 'throttles all', release: [] }),
  ];

  test('the newest release runs all: first side by side, then alone, each by name', () => {
    expect(names(planCases(files, { patterns: [], runsAll: true }))).toEqual({
      sideBySide: ['deletion', 'select'],
      alone: ['throttling', 'z-uninstall'],
      skipped: [],
    });
  });

  test('an older release runs what depends on a release, and the rest is listed', () => {
    expect(names(planCases(files, { patterns: [], runsAll: false }))).toEqual({
      sideBySide: ['deletion'],
      alone: ['z-uninstall'],
      skipped: ['select', 'throttling'],
    });
  });

  test('a file that is asked for by name runs on every release', () => {
    expect(names(planCases(files, { patterns: ['throttl', 'deletion.test.ts'], runsAll: false }))).toEqual({
      sideBySide: ['deletion'],
      alone: ['throttling'],
      skipped: [],
    });
  });
});

test('the case that uninstalls the product is the last one', () => {
  const cases = readCases(join(import.meta.dirname, '..', 'cases'));
  expect(planCases(cases, { patterns: [], runsAll: true }).alone.at(-1)?.name).toBe('z-uninstall');
});

function file(name: string, marks: Pick<CaseFile, 'alone' | 'release'>): CaseFile {
  return { name, path: `/cases/${name}.test.ts`, ...marks };
}

function names(plan: ReturnType<typeof planCases>) {
  return Object.fromEntries(
    Object.entries(plan).map(([list, cases]) => [list, cases.map((one) => one.name)]),
  );
}
