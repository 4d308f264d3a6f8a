import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildFailure, build, type Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import { projectDir } from '../project.ts';
import { checkAllUsed, replaced, standIns } from './modules.ts';

const names = Object.keys(replaced);
const files = new Set(Object.values(replaced).map((name) => join(projectDir, name)));

/** Stand-ins import what they like: here each only says its name, so that only the test's own imports count. */
const namesOfStandIns: Plugin = {
  name: 'names-of-stand-ins',
  setup: (building) =>
    building.onLoad({ filter: /./ }, ({ path }) =>
      files.has(path) ? { contents: `export const is = ${JSON.stringify(path)};` } : undefined,
    ),
};

/** What a program that imports these becomes, or why it does not. */
async function bundled(imported: readonly string[], used = new Set<string>()): Promise<string | string[]> {
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
      platform: 'neutral',
      plugins: [standIns(projectDir, used), namesOfStandIns],
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

test('a program that imports all of them has the stand-ins instead, and nothing of Node', async () => {
  const program = await bundled(names);
  for (const file of files) expect(program).toContain(JSON.stringify(file));
  expect(program).not.toContain('node:');
});

test.each(names)('the build fails when no program imports %s any more', async (name) => {
  const used = new Set<string>();
  await bundled(
    names.filter((one) => one !== name),
    used,
  );
  expect(() => checkAllUsed(used)).toThrow(`nothing imports ${name} any more`);
  await bundled([name], used);
  expect(() => checkAllUsed(used)).not.toThrow();
});

test('the build fails when a source imports a module of Node that has no stand-in', async () => {
  expect(await bundled([...names, 'node:http2'])).toEqual([expect.stringContaining('node:http2')]);
});
