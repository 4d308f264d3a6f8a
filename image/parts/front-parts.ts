// What the front has of others beside npm packages: its engine, and what the C compiler links into it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CCompiler } from '../front/c-compiler.ts';

/** A library in the front. */
export interface FrontPart {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier or expression. */
  readonly licence: string;
  /** The licence as it lies beside the sources. */
  readonly text: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
}

/**
 * Reads versions and licences where the sources are, so that they are those that were compiled.
 * Fails when a version isn't found there.
 */
export async function frontParts(projectDir: string, compiler: CCompiler): Promise<FrontPart[]> {
  const engine = join(projectDir, 'driver/front/quickjs');
  const musl = join(compiler.directory, 'lib/libc/musl');
  const quickjsVersion = await quickjsVersionOf(join(engine, 'quickjs.h'));
  const muslVersion = await found(join(musl, 'src/internal/version.h'), /^#define VERSION "([\d.]+)"$/m);
  return [
    {
      name: 'quickjs-ng',
      version: quickjsVersion,
      licence: 'MIT',
      text: await readFile(join(engine, 'LICENSE'), 'utf8'),
      purl: `pkg:github/quickjs-ng/quickjs@v${quickjsVersion}`,
    },
    {
      name: 'musl',
      version: muslVersion,
      licence: 'MIT',
      text: await readFile(join(musl, 'COPYRIGHT'), 'utf8'),
      purl: `pkg:generic/musl@${muslVersion}`,
    },
    {
      // For arm64, whose processors have no arithmetic of 128-bit floating point: zig's own, ported from LLVM's.
      // The text is zig's, as LLVM's exception asks for no notice of what is linked into a program.
      name: 'zig compiler-rt',
      version: compiler.version,
      licence: 'MIT AND Apache-2.0 WITH LLVM-exception',
      text: await readFile(join(compiler.directory, 'LICENSE'), 'utf8'),
      purl: `pkg:generic/zig-compiler-rt@${compiler.version}`,
    },
  ];
}

/** What must go along with each. */
export function frontNotice({ name, version, licence, text }: FrontPart): string {
  return `${name} ${version}, licence ${licence}\n\n${text}`;
}

async function quickjsVersionOf(header: string): Promise<string> {
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) =>
    found(header, new RegExp(`^#define QJS_VERSION_${part} (\\d+)$`, 'm')),
  );
  return (await Promise.all(parts)).join('.');
}

async function found(file: string, pattern: RegExp): Promise<string> {
  const version = pattern.exec(await readFile(file, 'utf8'))?.[1];
  if (version === undefined)
    throw new Error(`${file} names no version: compare image/parts/front-parts.ts with it`);
  return version;
}
