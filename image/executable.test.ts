// The executable "npm run build" made for this machine.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildMachineArch } from './arch.ts';
import { distDir } from './project.ts';
import {
  ARM64,
  elfHeader,
  INTERPRETER,
  LOADABLE,
  RELOCATED_THEN_READ_ONLY,
  SHARED_OBJECT,
  STACK,
  WRITABLE_AND_EXECUTABLE,
} from './testing/elf.ts';

const LIMIT_BYTES = 7_000_000;
const executable = join(distDir, `linux-${buildMachineArch()}`, 'kv');

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kv-'));
});
afterEach(() => rm(directory, { recursive: true }));

const callOuts: [string, string[], object][] = [
  ['init', ['init'], { status: 'Success', capabilities: { attach: false } }],
  [
    'mount',
    ['mount', '/nowhere'],
    { status: 'Failure', message: expect.stringContaining('expected "mount <directory>') },
  ],
];

/** What kubelet would read. */
async function answerOf(command: readonly string[], cwd = '/'): Promise<unknown> {
  const [program = '', ...args] = command;
  const { all, exitCode } = await execa(program, args, {
    cwd,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    all: true,
    reject: false,
  });
  expect({ all, exitCode }).toMatchObject({ exitCode: 0 });
  return JSON.parse(all);
}

test.each(callOuts)('files of the current directory do not change %s', async (_, args, answer) => {
  await writeFile(join(directory, 'main.mjs'), `throw new Error('planted');`);
  await writeFile(join(directory, 'package.json'), `{"type":"module","imports":{"#x":"./main.mjs"}}`);
  await writeFile(join(directory, '.env'), 'LD_PRELOAD=./main.mjs\n');
  expect(await answerOf([executable, ...args], directory)).toMatchObject(answer);
});

/** Runs a call-out with `directory` as the root file system, where the kernel's `/proc` and `/dev` are and nothing else. */
async function answerInRoot(args: readonly string[]): Promise<unknown> {
  await copyFile(executable, join(directory, 'kv'));
  for (const name of ['proc', 'dev']) await mkdir(join(directory, name));
  const script = `
    for name in proc dev; do mount --rbind "/$name" "$0/$name"; done
    exec chroot "$0" /kv "$@"`;
  return answerOf(['unshare', '--mount', 'sh', '-ec', script, directory, ...args]);
}

test.each(callOuts)('%s is answered on a node without any other file', async (_, args, answer) => {
  expect(await answerInRoot(args)).toMatchObject(answer);
});

test.each(callOuts)('%s is answered on a node of musl, and needs nothing of it', async (_, args, answer) => {
  // As Alpine has it: one file, which is the C library and its loader.
  await mkdir(join(directory, 'lib'));
  await writeFile(join(directory, 'lib/ld-musl-x86_64.so.1'), 'not a loader', { mode: 0o755 });
  await symlink('ld-musl-x86_64.so.1', join(directory, 'lib/libc.musl-x86_64.so.1'));
  expect(await answerInRoot(args)).toMatchObject(answer);
});

test('file and ldd call it static', async () => {
  const { all } = await execa('ldd', [executable], { all: true, reject: false });
  expect(all).toMatch(/statically linked|not a dynamic executable/);
  const { stdout } = await execa('file', ['--brief', executable]);
  expect(stdout).toMatch(/^ELF 64-bit LSB pie executable, .*static-pie linked, stripped$/);
});

test('no segment names a loader, and none is writable and executable at once', async () => {
  const { kind, segments } = await elfHeader(executable);
  expect(kind).toBe(SHARED_OBJECT);
  const types = segments.map(({ type }) => type);
  expect(types).not.toContain(INTERPRETER);
  expect(types).toEqual(expect.arrayContaining([STACK, RELOCATED_THEN_READ_ONLY]));
  for (const { type, flags } of segments)
    if (type === LOADABLE || type === STACK)
      expect(flags & WRITABLE_AND_EXECUTABLE).not.toBe(WRITABLE_AND_EXECUTABLE);
});

const forArm64 = join(distDir, 'linux-arm64/kv');

test.skipIf(!existsSync(forArm64))(
  'the one for arm64 is static too, and loads at any address, with pages of up to 64 KiB',
  async () => {
    const { kind, machine, segments } = await elfHeader(forArm64);
    expect({ kind, machine }).toEqual({ kind: SHARED_OBJECT, machine: ARM64 });
    expect(segments.map(({ type }) => type)).not.toContain(INTERPRETER);
    for (const { type, alignment } of segments)
      if (type === LOADABLE) expect(alignment).toBeGreaterThanOrEqual(65_536);
  },
);

test('it is small', async () => {
  expect((await stat(executable)).size).toBeLessThan(LIMIT_BYTES);
});
