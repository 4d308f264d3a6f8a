import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** Arguments for Vitest, and what the tests that they select need beside the sources. */
export interface Selection {
  readonly vitestArguments: readonly string[];
  /** `npm run build`: the executable and the bundles in `dist`. */
  readonly needsBuild: boolean;
  /** The programs that Go builds for the tests of the chart. */
  readonly needsChartPrograms: boolean;
}

interface ListedFile {
  readonly file: string;
  readonly projectName: string;
}

/** Projects of vitest.config.ts whose tests run what the build made. */
const OF_THE_BUILD = ['build', 'contract', 'by-agent'];

/**
 * Selects tests as the arguments say: Vitest's own, such as parts of paths; or the words of a test's name, where no
 * path has them.
 */
export async function select(words: readonly string[]): Promise<Selection> {
  const listed = await list(words);
  if (listed.length > 0 || words.some((word) => word.startsWith('-'))) return selection(words, listed);
  const name = words.join(' ');
  const files = await filesWith(name, await list([]));
  if (files.length === 0) return selection(words, []);
  const paths = [...new Set(files.map(({ file }) => file))];
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return selection([...paths, '--testNamePattern', pattern], files);
}

function selection(vitestArguments: readonly string[], files: readonly ListedFile[]): Selection {
  return {
    vitestArguments,
    needsBuild: files.some(({ projectName }) => OF_THE_BUILD.includes(projectName)),
    needsChartPrograms: files.some(({ projectName }) => projectName === 'chart'),
  };
}

async function list(words: readonly string[]): Promise<ListedFile[]> {
  // The last argument, as a word after it would be the file to write to.
  const { stdout } = await execa('vitest', ['list', '--filesOnly', ...words, '--json'], {
    preferLocal: true,
    stdin: 'ignore',
    stderr: 'ignore',
  });
  return JSON.parse(stdout) as ListedFile[];
}

async function filesWith(text: string, files: readonly ListedFile[]): Promise<ListedFile[]> {
  const has = await Promise.all(files.map(async ({ file }) => (await readFile(file, 'utf8')).includes(text)));
  return files.filter((_, index) => has[index]);
}
