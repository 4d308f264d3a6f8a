import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildFailure, build, type Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import { projectDir } from '../project.ts';
import { frontModules, ofLargeRuntime, replaced } from './modules.ts';

const names = [...Object.keys(replaced), ...ofLargeRuntime];

/** Stand-ins import what they like: here nothing, so that only the test's own imports count. */
const emptyStandIns: Plugin = {
  name: 'empty-stand-ins',
  setup: (building) => building.onLoad({ filter: /\/driver\/front\// }, () => ({ contents: '' })),
};

/** What a program that imports these becomes, or why it does not. */
async function bundled(imported: readonly string[]): Promise<string | string[]> {
  const lines = imported.map(
    (name) => `import(${JSON.stringify(name.startsWith('node:') ? name : `./${name}`)});`,
  );
  try {
    const result = await build({
      stdin: { contents: lines.join('\n'), resolveDir: projectDir },
      absWorkingDir: projectDir,
      bundle: true,
      write: false,
      outdir: 'out',
      format: 'esm',
      splitting: true,
      plugins: [frontModules(projectDir), emptyStandIns],
      logLevel: 'silent',
    });
    return result.outputFiles.map(({ text }) => text).join('\n');
  } catch (error) {
    return (error as BuildFailure).errors.map(({ text }) => text);
  }
}

test.each(Object.entries(replaced))('%s and %s, which stands in for it, are there', (source, standIn) => {
  if (!source.startsWith('node:')) expect(existsSync(join(projectDir, source))).toBe(true);
  expect(existsSync(join(projectDir, standIn))).toBe(true);
});

test.each([...ofLargeRuntime])('%s, which the large runtime has, is there', (source) => {
  expect(existsSync(join(projectDir, source))).toBe(true);
});

test('a program that imports all of them is built, without anything of the replaced ones', async () => {
  const program = await bundled(names);
  expect(program).toMatch(/throw new HandOver/);
  expect(program).not.toMatch(/node:|node_modules|bun:ffi/);
});

test.each(names)('the build fails when nothing imports %s any more', async (name) => {
  expect(await bundled(names.filter((one) => one !== name))).toEqual([`nothing imports ${name} any more`]);
});
