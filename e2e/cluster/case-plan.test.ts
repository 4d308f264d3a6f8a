import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CaseFile, planCases, readCases, readMarks } from './case-plan.ts';

describe('the marks of a case file', () => {
  test('a file without marks runs beside others and depends on no release', () => {
    expect(readMarks("import { expect } from 'vitest';\n")).toEqual({ cluster: 'first', release: [] });
  });

  test('all marks are read from the lines above the first import', () => {
    const source = [
      '// @alone: restarts kubelet',
      '// @cluster: second',
      '// @release: kubelet, API server',
      "import { expect } from 'vitest';",
      '// @release: Helm',
    ].join('\n');
    expect(readMarks(source)).toEqual({
      alone: 'restarts kubelet',
      cluster: 'second',
      release: ['kubelet', 'API server'],
    });
  });

  test.each([
    [
      'an unknown mark',
      '// @serial: why',
      'unknown mark @serial: the marks are @alone, @cluster and @release',
    ],
    ['an unknown cluster', '// @cluster: third', 'unknown cluster "third": write first, second'],
    [
      'a second cluster for a file that runs beside others',
      '// @cluster: second',
      'is for files with @alone',
    ],
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
    file('z-uninstall', { alone: 'uninstalls', cluster: 'second', release: ['Helm'] }),
    file('select', { cluster: 'first', release: [] }),
    file('deletion', { cluster: 'first', release: ['kubelet'] }),
    file('throttling', { alone: 'throttles all', cluster: 'first', release: [] }),
  ];

  test('the newest release runs all: first side by side, then alone, each by name', () => {
    expect(names(planCases(files, { patterns: [], runsAll: true }))).toEqual({
      clusters: [
        { name: 'first', sideBySide: ['deletion', 'select'], alone: ['throttling'] },
        { name: 'second', sideBySide: [], alone: ['z-uninstall'] },
      ],
      skipped: [],
    });
  });

  test('an older release runs what depends on a release, and the rest is listed', () => {
    expect(names(planCases(files, { patterns: [], runsAll: false }))).toEqual({
      clusters: [
        { name: 'first', sideBySide: ['deletion'], alone: [] },
        { name: 'second', sideBySide: [], alone: ['z-uninstall'] },
      ],
      skipped: ['select', 'throttling'],
    });
  });

  test('a file that is asked for by name runs on every release, and no cluster is made in vain', () => {
    expect(names(planCases(files, { patterns: ['throttl', 'deletion.test.ts'], runsAll: false }))).toEqual({
      clusters: [{ name: 'first', sideBySide: ['deletion'], alone: ['throttling'] }],
      skipped: [],
    });
  });

  test('on one cluster all files run there', () => {
    const { clusters } = names(planCases(files, { patterns: [], runsAll: true, isOneCluster: true }));
    expect(clusters).toEqual([
      { name: 'first', sideBySide: ['deletion', 'select'], alone: ['throttling', 'z-uninstall'] },
    ]);
  });
});

test('the case that uninstalls the product is the last one', () => {
  const cases = readCases(join(import.meta.dirname, '..', 'cases'));
  for (const isOneCluster of [true, false]) {
    const { clusters } = planCases(cases, { patterns: [], runsAll: true, isOneCluster });
    expect(clusters.at(-1)?.alone.at(-1)?.name).toBe('z-uninstall');
  }
});

function file(name: string, marks: Pick<CaseFile, 'alone' | 'cluster' | 'release'>): CaseFile {
  return { name, path: `/cases/${name}.test.ts`, ...marks };
}

function names({ clusters, skipped }: ReturnType<typeof planCases>) {
  const of = (files: readonly CaseFile[]) => files.map(({ name }) => name);
  return {
    clusters: clusters.map(({ name, sideBySide, alone }) => ({
      name,
      sideBySide: of(sideBySide),
      alone: of(alone),
    })),
    skipped: of(skipped),
  };
}
