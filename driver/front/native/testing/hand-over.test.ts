// The executables that "npm run build" made for this machine.
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { distDir } from '../../../../image/project.ts';
import { buildMachineArch } from '../../../../image/runtime.ts';

const arch = buildMachineArch();
const both = join(distDir, `linux-${arch}`, 'kv');
const large = join(distDir, 'large', arch);
const { size } = await stat(join(distDir, 'front', `linux-${arch}`));

const directory = await mkdtemp(join(tmpdir(), 'hand-over-'));
afterAll(() => rm(directory, { recursive: true }));

/** What a process is that an exec begins, as a script of the large runtime. */
const BEGINNING = `
  const { readFileSync, readdirSync, readlinkSync } = require('fs');
  const status = readFileSync('/proc/self/status', 'utf8');
  const { BUN_BE_BUN, ...environment } = process.env;
  JSON.stringify({
    arguments: process.argv.slice(1),
    environment,
    signals: status.match(/^Sig(Blk|Ign|Cgt|Pnd):.*/gm),
    descriptors: readdirSync('/proc/self/fd').map((name) => Number(name)).filter((number) => number < 10),
    umask: process.umask(),
    threads: /^Threads:.*/m.exec(status)[0],
  })`;

describe('the large runtime begins as after an exec', () => {
  test.each([
    ['with nothing special', []],
    ['with a signal that is ignored', ['env', '--ignore-signal=PIPE', '--ignore-signal=SEGV']],
    ['with a signal that is blocked', ['env', '--block-signal=USR2']],
    ['with a descriptor that is inherited', ['sh', '-c', 'exec 7</dev/null; exec "$@"', 'sh']],
    ['with a small stack', ['prlimit', '--stack=1048576', '--']],
  ])('%s', async (_, within) => {
    const beginning = async (program: string) => {
      const [command = '', ...args] = [...within, program, '--print', BEGINNING, 'é 😀', ''];
      const { stdout } = await execa(command, args, {
        env: { BUN_BE_BUN: '1', OF_TEST: 'é=\n' },
        extendEnv: false,
      });
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const ofBoth = await beginning(both);
    expect(ofBoth).toEqual(await beginning(large));
    expect(ofBoth).toMatchObject({ environment: { OF_TEST: 'é=\n' } });
  });

  test('under the name of the executable, whatever its first argument is', async () => {
    const { stdout } = await execa(
      both,
      ['--print', `require('fs').readFileSync('/proc/self/comm', 'utf8')`],
      {
        argv0: '/nowhere/else',
        env: { BUN_BE_BUN: '1' },
      },
    );
    expect(stdout).toBe('kv\n');
  });
});

describe('an executable that cannot go on says so', () => {
  test.each([
    ['without its second part', size],
    ['with one byte of it', atNextPage(size) + 1],
    ['with its headers', atNextPage(size) + 4096],
    ['with a half of it', 50_000_000],
  ])('%s', async (_, length) => {
    const program = join(directory, `kv-${length}`);
    await copyBeginning(both, program, length);
    const { stdout, exitCode } = await execa(program, ['mount', '/nowhere', '{}'], { reject: false });
    expect({ exitCode, answer: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 0,
      answer: {
        status: 'Failure',
        message:
          "Internal: the driver's executable cannot be loaded (it is incomplete); install it again: restart the installer's pod on this node",
      },
    });
  });

  test.skipIf(arch !== 'amd64')('where the node has not its C library', async () => {
    const script = 'mount -t tmpfs none /lib64 && exec "$@"';
    const args = [
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-c',
      script,
      'sh',
      both,
      'mount',
      '/nowhere',
      '{}',
    ];
    const { stdout } = await execa('unshare', args);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'Failure',
      message: expect.stringContaining('(the C library of the node is not there)'),
    });
  });
});

/** Where the second part begins, behind a first one of so many bytes. */
function atNextPage(length: number): number {
  return Math.ceil(length / 65_536) * 65_536;
}

async function copyBeginning(from: string, to: string, length: number): Promise<void> {
  const source = await open(from);
  const target = await open(to, 'w', 0o755);
  try {
    const { buffer } = await source.read({ buffer: Buffer.alloc(length), length });
    await target.writeFile(buffer);
  } finally {
    await target.close();
    await source.close();
  }
}
