// What the Bun runtime is made of, as its executable is in the image and its package carries no licence file.
import { execa } from 'execa';
import type { LocatedRuntime } from '../runtime.ts';

/** A library that is linked into the runtime. */
export interface RuntimePart {
  readonly name: string;
  /** SPDX identifier or expression, or the place where the licences are. */
  readonly licence: string;
  /** A release or a commit; undefined where the runtime doesn't say. */
  readonly version: string | undefined;
}

/** Name, licence, and the runtime's name for it in `process.versions`; after Bun's LICENSE.md, "Linked libraries". */
const LINKED: readonly (readonly [name: string, licence: string, versionName?: string])[] = [
  ['WebKit JavaScriptCore', 'LGPL-2.0-or-later', 'webkit'],
  [
    'boringssl',
    'several: https://boringssl.googlesource.com/boringssl/+/refs/heads/master/LICENSE',
    'boringssl',
  ],
  ['brotli', 'MIT'],
  ['c-ares', 'MIT', 'ares'],
  ['highway', 'Apache-2.0'],
  ['icu', 'Unicode-3.0', 'icu'],
  ['libarchive', 'several: https://github.com/libarchive/libarchive/blob/master/COPYING', 'libarchive'],
  ['libbase64', 'BSD-2-Clause'],
  ['libdeflate', 'MIT', 'libdeflate'],
  ['libjpeg-turbo', 'BSD-3-Clause AND IJG AND Zlib'],
  ['libspng', 'BSD-2-Clause'],
  ['libwebp', 'BSD-3-Clause'],
  ['llvm libc++abi', 'Apache-2.0 WITH LLVM-exception'],
  ['lol-html', 'BSD-3-Clause', 'lolhtml'],
  ['ls-hpack', 'MIT', 'lshpack'],
  ['ls-qpack', 'MIT'],
  ['lsquic', 'MIT AND BSD-3-Clause'],
  ['mimalloc', 'MIT', 'mimalloc'],
  ['picohttpparser', 'MIT OR Artistic-1.0-Perl', 'picohttpparser'],
  ['simdutf', 'Apache-2.0'],
  ['sqlite', 'blessing', 'sqlite'],
  ['tigerbeetle io', 'Apache-2.0'],
  ['tinycc', 'LGPL-2.1-or-later', 'tinycc'],
  ['uSockets', 'Apache-2.0', 'usockets'],
  ['uWebSockets', 'Apache-2.0', 'uwebsockets'],
  ['uucode', 'MIT'],
  ['zlib-ng', 'Zlib', 'zlib'],
  ['zstd', 'BSD-3-Clause OR GPL-2.0-only', 'zstd'],
];

/** Asks a runtime that this machine can run; of one release, all architectures are made of the same sources. */
export async function runtimeParts(runtime: LocatedRuntime): Promise<RuntimePart[]> {
  const { stdout } = await execa(runtime.executable, ['--print', 'JSON.stringify(process.versions)'], {
    env: {},
    extendEnv: false,
  });
  const versions = JSON.parse(stdout) as Record<string, string>;
  return LINKED.map(([name, licence, versionName]) => {
    const version = versionName === undefined ? undefined : versions[versionName];
    if (versionName !== undefined && version === undefined) {
      throw new Error(
        `Bun ${runtime.version} names no version of ${versionName}: compare image/parts/runtime-parts.ts with its LICENSE.md`,
      );
    }
    return { name, licence, version };
  });
}

/** What must go along with the runtime: its licence, and for the libraries under the LGPL where their source is. */
export function runtimeNotice(runtime: LocatedRuntime, parts: readonly RuntimePart[]): string {
  const webkit = parts.find(({ name }) => name.startsWith('WebKit'))?.version;
  return [
    `Bun ${runtime.version}, which runs the installer, licence MIT`,
    '',
    'Bun is MIT-licensed: https://github.com/oven-sh/bun. It is linked with:',
    '',
    ...parts.map(({ name, version, licence }) => `  ${name}${version ? ` ${version}` : ''}: ${licence}`),
    '',
    `JavaScriptCore is under the LGPL; its source is https://github.com/oven-sh/WebKit at commit ${webkit}.`,
    `Bun's LICENSE.md says how to link Bun ${runtime.version} with a changed one, which then replaces the file "bun".`,
    '',
  ].join('\n');
}
