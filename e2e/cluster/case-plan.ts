import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Parts of a Kubernetes release that a case can depend on. */
const releaseParts = ['kubelet', 'API server', 'Helm'] as const;
type ReleasePart = (typeof releaseParts)[number];

/** Clusters of a run. Both are there at the same time, as most of a case is waiting. */
const clusterNames = ['first', 'second'] as const;
type ClusterName = (typeof clusterNames)[number];

/** The marks of a case file: comment lines above its first import. */
export type CaseMarks = {
  /** `// @alone: <reason>`: the reason why no other file may run at the same time. */
  readonly alone?: string;
  /** `// @cluster: second`: where a file with `@alone` runs. The first one without the mark. */
  readonly cluster: ClusterName;
  /** `// @release: kubelet, Helm`: the parts of a release that the file depends on. Empty without the mark. */
  readonly release: readonly ReleasePart[];
};

export type CaseFile = CaseMarks & {
  /** Name of the file without `.test.ts`. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
};

/** The case files of a cluster. Each list is sorted by name. */
export type ClusterPlan = {
  readonly name: ClusterName;
  readonly sideBySide: readonly CaseFile[];
  /** These run after the others, one after the other. */
  readonly alone: readonly CaseFile[];
};

/** Which case files run, and where. */
export type CasePlan = {
  /** Those that have files to run. */
  readonly clusters: readonly ClusterPlan[];
  /** These do not depend on the release, and another release runs them. */
  readonly skipped: readonly CaseFile[];
};

const suffix = '.test.ts';

/**
 * Reads the marks of a case file from its text.
 *
 * @throws if a mark is unknown, has no text, or names an unknown part of a release
 */
export function readMarks(source: string): CaseMarks {
  let alone: string | undefined;
  let cluster: ClusterName = 'first';
  let release: readonly ReleasePart[] = [];
  for (const line of source.split('\n')) {
    if (line.startsWith('import ')) break;
    const [, mark, text = ''] = /^\/\/ @(\w+):?\s*(.*)$/.exec(line) ?? [];
    if (mark === undefined) continue;
    if (text === '') throw new Error(`the mark @${mark} has no text`);
    if (mark === 'alone') alone = text;
    else if (mark === 'release')
      release = text.split(', ').map((part) => oneOf(releaseParts, part, 'part of a release'));
    else if (mark === 'cluster') cluster = oneOf(clusterNames, text, 'cluster');
    else throw new Error(`unknown mark @${mark}: the marks are @alone, @cluster and @release`);
  }
  if (cluster !== 'first' && alone === undefined)
    throw new Error('the mark @cluster is for files with @alone: the others run on the first cluster');
  return { ...(alone === undefined ? {} : { alone }), cluster, release };
}

/** Reads all case files of a directory. Throws as `readMarks` does, with the file's name. */
export function readCases(directory: string): CaseFile[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(suffix));
  return names.toSorted().map((name) => {
    const path = join(directory, name);
    try {
      return { name: basename(name, suffix), path, ...readMarks(readFileSync(path, 'utf8')) };
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  });
}

/**
 * Plans a run.
 *
 * @param patterns only files run whose path contains one of these; with patterns no file is skipped
 * @param runsAll false: only files with the mark `@release` run
 * @param isOneCluster all files run on the first cluster
 */
export function planCases(
  files: readonly CaseFile[],
  {
    patterns,
    runsAll,
    isOneCluster = false,
  }: { readonly patterns: readonly string[]; readonly runsAll: boolean; readonly isOneCluster?: boolean },
): CasePlan {
  const byName = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const wanted = byName.filter(
    ({ path }) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)),
  );
  const runs = ({ release }: CaseFile): boolean => runsAll || patterns.length > 0 || release.length > 0;
  const clusters = clusterNames.map((name): ClusterPlan => {
    const here = wanted.filter(
      (file) => runs(file) && name === (isOneCluster ? clusterNames[0] : file.cluster),
    );
    return {
      name,
      sideBySide: here.filter(({ alone }) => alone === undefined),
      alone: here.filter(({ alone }) => alone !== undefined),
    };
  });
  return {
    clusters: clusters.filter(({ sideBySide, alone }) => sideBySide.length + alone.length > 0),
    skipped: wanted.filter((file) => !runs(file)),
  };
}

function oneOf<T extends string>(known: readonly T[], text: string, what: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined)
    throw new Error(`unknown ${what} ${JSON.stringify(text)}: write ${known.join(', ')}`);
  return found;
}
