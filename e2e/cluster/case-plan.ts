import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Parts of a Kubernetes release that a case can depend on. */
const releaseParts = ['kubelet', 'API server', 'Helm'] as const;
type ReleasePart = (typeof releaseParts)[number];

/** The marks of a case file: comment lines above its first import. */
export type CaseMarks = {
  /** `// @alone: <reason>`: the reason why no other file may run at the same time. */
  readonly alone?: string;
  /** `// @release: kubelet, Helm`: the parts of a release that the file depends on. Empty without the mark. */
  readonly release: readonly ReleasePart[];
};

export type CaseFile = CaseMarks & {
  /** Name of the file without `.test.ts`. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
};

/** Which case files run, and how. Each list is sorted by name. */
export type CasePlan = {
  readonly sideBySide: readonly CaseFile[];
  /** These run after the others, one after the other. */
  readonly alone: readonly CaseFile[];
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
  let release: readonly ReleasePart[] = [];
  for (const line of source.split('\n')) {
    if (line.startsWith('import ')) break;
    const [, mark, text = ''] = /^\/\/ @(\w+):?\s*(.*)$/.exec(line) ?? [];
    if (mark === undefined) continue;
    if (text === '') throw new Error(`the mark @${mark} has no text`);
    if (mark === 'alone') alone = text;
    else if (mark === 'release') release = text.split(', ').map(releasePart);
    else throw new Error(`unknown mark @${mark}: the marks are @alone and @release`);
  }
  return { ...(alone === undefined ? {} : { alone }), release };
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
 */
export function planCases(
  files: readonly CaseFile[],
  { patterns, runsAll }: { readonly patterns: readonly string[]; readonly runsAll: boolean },
): CasePlan {
  const byName = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const wanted = byName.filter(
    ({ path }) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)),
  );
  const runs = ({ release }: CaseFile): boolean => runsAll || patterns.length > 0 || release.length > 0;
  return {
    sideBySide: wanted.filter((file) => runs(file) && file.alone === undefined),
    alone: wanted.filter((file) => runs(file) && file.alone !== undefined),
    skipped: wanted.filter((file) => !runs(file)),
  };
}

function releasePart(text: string): ReleasePart {
  const part = releaseParts.find((one) => one === text);
  if (part === undefined)
    throw new Error(`unknown part of a release ${JSON.stringify(text)}: write ${releaseParts.join(', ')}`);
  return part;
}
