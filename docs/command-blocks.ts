import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a block of commands needs, as the word behind its language says; a block without such a word is run by
 * `npm test`. `ci`: a machine of its own, and .ci/run runs it. `cluster`, `agent`, `node`, `files`: a cluster, one with
 * the node agent, a root shell on a node, files of a volume; the end-to-end run has them. The others no test has: a subscription of Azure, what is
 * downloaded from the internet, Java.
 */
export const marks = ['ci', 'cluster', 'agent', 'node', 'files', 'azure', 'internet', 'java'] as const;

export interface CommandBlock {
  /** Path from the project's root. */
  readonly document: string;
  readonly mark: string | undefined;
  readonly commands: string;
}

const project = join(import.meta.dirname, '..');

export const documents: readonly string[] = [
  'README.md',
  'RELEASING.md',
  'charts/keyvault-flexvol/README.md',
  'e2e/cluster/README.md',
  'e2e/mock/README.md',
  ...readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .toSorted(),
];

/** All blocks of `sh` and `console` in the documents, in their order. */
export const commandBlocks: readonly CommandBlock[] = documents.flatMap((document) =>
  fences(document).flatMap(({ info, text }) => {
    const [language = '', mark] = info.split(' ');
    return ['sh', 'console'].includes(language) ? [{ document, mark, commands: text }] : [];
  }),
);

/** The blocks of a document that have no language. */
export function plainBlocks(document: string): string[] {
  return fences(document).flatMap(({ info, text }) => (info === '' ? [text] : []));
}

function fences(document: string) {
  const markdown = readFileSync(join(project, document), 'utf8');
  return [...markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, info = '', text = '']) => ({
    info: info.trim(),
    text,
  }));
}
