// What a build says where a program that it needs is missing.
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { projectDir } from '../project.ts';
import { locateToolchain, MissingTool } from './toolchain.ts';

const TARGET = 'aarch64-unknown-linux-musl';
let directory = '';
const cache = () => join(directory, 'cache');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'toolchain-'));
  await mkdir(join(directory, 'bin'));
  vi.stubEnv('PATH', join(directory, 'bin'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function install(name: string, script: string): Promise<void> {
  const file = join(directory, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** Stands for a Rust of this version, with these targets. */
async function installRust(version: string, ...targets: string[]): Promise<void> {
  for (const target of targets)
    await mkdir(join(directory, 'rust/lib/rustlib', target, 'lib'), { recursive: true });
  await install(
    'rustc',
    `if [ "$1" = --print ]; then echo "${directory}/rust"; else
       echo "release: ${version}"; echo "host: x86_64-unknown-linux-gnu"; echo "commit-hash: abc"; fi`,
  );
}

async function complaint(): Promise<string> {
  const error: unknown = await locateToolchain(projectDir, cache(), 'arm64').catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MissingTool);
  return (error as Error).message;
}

test('no Rust', async () => {
  expect(await complaint()).toMatch(
    /^Rust 1\.\d+\.\d+ is missing: install rustup \(.*\), then run "rustup toolchain install 1\.\d+\.\d+ .*"$/,
  );
});

test('a Rust of another version, as a distribution has it', async () => {
  await installRust('1.63.0', TARGET);
  expect(await complaint()).toMatch(/^Rust 1\.\d+\.\d+ is missing/);
});

test('the target is missing', async () => {
  const [, pinned = ''] = /Rust (\S+)/.exec(await complaint()) ?? [];
  await installRust(pinned, 'x86_64-unknown-linux-musl');
  expect(await complaint()).toBe(
    `Rust's target ${TARGET} is missing: run "rustup target add --toolchain ${pinned} ${TARGET}"`,
  );
});

test.each([
  ['no Python', undefined],
  ['no pip', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1'],
])('%s', async (_, python) => {
  const [, pinned = ''] = /Rust (\S+)/.exec(await complaint()) ?? [];
  await installRust(pinned, TARGET);
  if (python !== undefined) await install('python3', python);
  expect(await complaint()).toMatch(/^pip is missing, .* run "apt-get install python3-pip", /);
  // No half of a compiler that a later build would take for a whole one.
  expect(await readdir(join(cache(), 'zig'))).toEqual([]);
});

test('what pip says is passed on when it cannot fetch the C compiler', async () => {
  const [, pinned = ''] = /Rust (\S+)/.exec(await complaint()) ?? [];
  await installRust(pinned, TARGET);
  await install('python3', 'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1');
  await expect(locateToolchain(projectDir, cache(), 'arm64')).rejects.toThrow(
    /^pip cannot fetch ziglang .*DO NOT MATCH/,
  );
});

test('the variables for cargo are of the target that was asked for', async () => {
  const [, pinned = ''] = /Rust (\S+)/.exec(await complaint()) ?? [];
  await installRust(pinned, TARGET);
  // Installs an empty file by that name, wherever it is told to.
  await install(
    'python3',
    'for last; do :; done; PATH=/usr/bin:/bin; mkdir -p "$last/ziglang"; : >"$last/ziglang/zig"',
  );
  const { target, environment } = await locateToolchain(projectDir, cache(), 'arm64');
  expect(target).toBe(TARGET);
  expect(environment).toMatchObject({
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER: expect.stringMatching(/\/lld-static-pie$/),
    CC_aarch64_unknown_linux_musl: expect.stringMatching(/\/zig-cc$/),
  });
  expect(environment['CARGO_ENCODED_RUSTFLAGS']?.split('\x1f')).toContain(
    `--remap-path-prefix=${projectDir}=/project`,
  );
});
