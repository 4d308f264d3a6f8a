import { execa } from 'execa';

/** Where the programs of this folder are, built. */
export interface NativePrograms {
  /** Starts a command and tells what it cost; see launch.c. */
  readonly launch: string;
  /** The bare minimum of a mount; see floor/main.go. */
  readonly floor: string;
  /** Answers as an unmount does, and ends; see empty.c. */
  readonly empty: string;
}

/** Builds them into `directory`. @throws when a compiler is missing, naming what to install */
export async function buildNativePrograms(directory: string): Promise<NativePrograms> {
  const [launch, floor, empty] = [`${directory}/launch`, `${directory}/floor`, `${directory}/empty`];
  await build('gcc', ['-O2', '-static', '-o', launch, `${import.meta.dirname}/launch.c`]);
  await build('gcc', ['-O2', '-static', '-o', empty, `${import.meta.dirname}/empty.c`]);
  await build('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', floor, '.']);
  return { launch, floor, empty };
}

async function build(compiler: 'gcc' | 'go', args: readonly string[]): Promise<void> {
  const result = await execa(compiler, args, {
    cwd: `${import.meta.dirname}/floor`,
    env: { CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOPROXY: 'off' },
    reject: false,
    all: true,
  });
  if (result.code === 'ENOENT') {
    const wanted = { gcc: 'gcc with libc6-dev', go: 'Go 1.26 or later' }[compiler];
    throw new Error(`npm run bench builds small programs of its own, for which it needs ${wanted}`);
  }
  if (result.failed) throw new Error(`${compiler} could not build bench/native: ${result.all}`);
}
