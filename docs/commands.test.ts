// Commands in the documents (docs/command-blocks.ts): each is run, here or elsewhere, or says what it needs that no test has.
// e2e/cases/x-documented-commands.test.ts runs those that need a cluster.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { commandBlocks, documents, marks, plainBlocks } from './command-blocks.ts';

const project = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(project, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

test('there are such blocks, and none has a mark that means nothing', () => {
  expect(commandBlocks.length).toBeGreaterThan(40);
  for (const { mark, document } of commandBlocks)
    if (mark !== undefined) expect(marks, document).toContain(mark);
});

test.each(documents)('%s has no command in a block that does not say so', (document) => {
  const looksLikeOne =
    /^(\$ )?(sudo )?(kubectl|helm|npm|npx|az|podman|docker|kind|journalctl|openssl|keytool|curl|git|E2E_\w+=\S+) \S/;
  expect(plainBlocks(document).filter((text) => looksLikeOne.test(text))).toEqual([]);
});

test.each(commandBlocks.filter(({ mark }) => mark === undefined))(
  'what $document shows runs: $commands',
  async ({ commands }) => {
    // A document must not make a test run change anything outside the project.
    expect(commands).toMatch(/^(npm run --silent translate -- [\w./-]+\n)+$/);
    const { exitCode, stderr } = await execa('bash', ['-euc', commands], { cwd: project, reject: false });
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  },
);

test.each(commandBlocks.filter(({ mark }) => mark === 'ci'))(
  '.ci/run runs what $document shows: $commands',
  ({ commands }) => {
    const shown = commands.split(/&&|\n/).map((line) => line.replace(/#.*|\\$/g, '').trim());
    for (const command of shown.filter((line) => line !== '')) {
      const [, name] = /^(?:E2E_KEEP=1 )?(npm (?:ci|test|run [\w:]+))(?: -- [\w-]+)?$/.exec(command) ?? [];
      expect(name, command).toBeDefined();
      expect(isRun(name ?? ''), command).toBe(true);
    }
  },
);

test.each(commandBlocks.filter(({ mark }) => mark !== undefined))(
  'what $document shows for others to run is at least a script: $commands',
  async ({ commands }) => {
    const words = commands.replaceAll(/<[^<>\n]+>/g, 'word');
    const { exitCode, stderr } = await execa('bash', ['-nc', words], { reject: false });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  },
);

/** By .ci/run itself, by a script that it runs, or, as a program, by what the end-to-end run is made of. */
function isRun(command: string): boolean {
  const run = read('.ci/run');
  const within = Object.values(scripts).filter((text) => text.includes(command));
  const program = / (\w+\/\w+\.ts)/.exec(` ${scripts[command.replace('npm run ', '')]}`)?.[1];
  const ofTheRun = readdirSync(join(project, 'e2e/cluster'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`e2e/cluster/${name}`));
  return (
    new RegExp(`^run .*\\b${command}$`, 'm').test(run) ||
    within.length > 0 ||
    (program !== undefined && ofTheRun.some((text) => text.includes(`'${program}'`)))
  );
}
