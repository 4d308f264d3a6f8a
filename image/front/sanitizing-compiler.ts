// A C compiler of this machine that finds faults of memory and undefined behaviour, for tests alone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { NativeBuild } from './native.ts';

const NAMES = ['clang', 'gcc'];
const FLAGS = [
  '-g',
  '-O1',
  '-D_GNU_SOURCE',
  '-fno-omit-frame-pointer',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=undefined',
];

/**
 * The first that this machine has; its programs run on it alone. Fails where none has the sanitizers.
 * @param isLibraryHeap whether the runtime's memory is the C library's, each piece of which is watched, rather than the driver's
 */
export async function locateSanitizingCompiler(isLibraryHeap: boolean): Promise<NativeBuild['compiler']> {
  const name = await findCompiler();
  const flags = [...FLAGS, ...(isLibraryHeap ? ['-DFRONT_LIBRARY_HEAP'] : [])];
  const { stdout } = await execa(name, ['--version']);
  return {
    identity: JSON.stringify([stdout, flags]),
    link: ['-lm'],
    async run(_, args, cwd) {
      await execa(name, [...flags, ...args], { cwd, all: true });
    },
  };
}

async function findCompiler(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sanitizers-'));
  try {
    await writeFile(join(directory, 'empty.c'), 'int main(void) { return 0; }\n');
    for (const name of NAMES) {
      const { failed } = await execa(name, [...FLAGS, 'empty.c'], { cwd: directory, reject: false });
      if (!failed) return name;
    }
    throw new Error(
      `none of ${NAMES.join(', ')} is here with its libraries for -fsanitize=address,undefined`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
