// Commands in the documents: a block whose fence says `sh` or `console` is run here, unless a mark behind the language
// says what it needs: `azure` a subscription, `cluster` a cluster with the product.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const documents = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const marks = ['azure', 'cluster'];

const blocks = ['README.md', ...documents].flatMap((document) => {
  const text = readFileSync(join(project, document), 'utf8');
  return [...text.matchAll(/^```(?:sh|console)(?: +([^\n]*))?\n(.*?)^```$/gms)].map(
    ([, mark, commands = '']) => ({ document, mark, commands }),
  );
});

test('there are such blocks, and none has a mark that means nothing', () => {
  expect(blocks.length).toBeGreaterThan(5);
  for (const { mark } of blocks) if (mark !== undefined) expect(marks).toContain(mark);
});

test.each(blocks.filter(({ mark }) => mark === undefined))(
  'what $document shows runs: $commands',
  async ({ commands }) => {
    // A document must not make a test run change anything outside the project.
    expect(commands).toMatch(/^(npm run --silent translate -- [\w./-]+\n)+$/);
    const { exitCode, stderr } = await execa('bash', ['-euc', commands], { cwd: project, reject: false });
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  },
);

test.each(blocks.filter(({ mark }) => mark !== undefined))(
  'what $document shows for others to run is at least a script: $commands',
  async ({ commands }) => {
    const words = commands.replaceAll(/<[\w ]+>/g, 'word');
    const { exitCode, stderr } = await execa('bash', ['-nc', words], { reject: false });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  },
);
