// The executable "npm run build" made for this machine.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { distDir } from './project.ts';
import { type Arch, buildMachineArch } from './runtime.ts';

const executable = join(distDir, `linux-${buildMachineArch()}`, 'kv');

test.each([
  ['init, which the front answers', ['init'], { status: 'Success' }],
  // What else the large runtime has: with no node agent every mount is its own.
  [
    'mount, which the large runtime answers',
    ['mount', '/nowhere'],
    { status: 'Failure', message: expect.stringContaining('expected "mount <directory>') },
  ],
])('files of the current directory do not change %s, as root runs it', async (_, args, answer) => {
  const directory = await mkdtemp(join(tmpdir(), 'cwd-'));
  try {
    await writeFile(join(directory, 'evil.js'), `console.log('preloaded'); process.exit(7);`);
    await writeFile(join(directory, 'bunfig.toml'), `preload = ["./evil.js"]\n`);
    await writeFile(
      join(directory, '.env'),
      `BUN_OPTIONS=--preload=./evil.js\nNODE_OPTIONS=--require=./evil.js\n`,
    );
    await writeFile(join(directory, 'package.json'), `{"type":"module","imports":{"#x":"./evil.js"}}`);
    await writeFile(join(directory, 'tsconfig.json'), `{"compilerOptions":{"paths":{"*":["./evil.js"]}}}`);
    const { all, exitCode } = await execa(executable, args, {
      cwd: directory,
      env: {},
      extendEnv: false,
      all: true,
      reject: false,
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(all)).toMatchObject(answer);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('it runs a script when told to be a runtime, which is how the image runs the installer', async () => {
  const { stdout } = await execa(executable, ['--no-install', '--no-env-file', '--print', '6*7'], {
    env: { BUN_BE_BUN: '1' },
    extendEnv: false,
  });
  expect(stdout).toBe('42');
});

/** System V ABI, figure 4-3: the machine by its number, and the type of a segment that names a loader. */
const MACHINES: Record<Arch, number> = { amd64: 62, arm64: 183 };
const INTERPRETER = 3;

/** An ELF file's machine, segments' types and end, which is where its section headers end. */
async function programAt(file: string, position: number) {
  const handle = await open(file);
  try {
    const head = (await handle.read(Buffer.alloc(4096), 0, 4096, position)).buffer;
    const segments = Array.from({ length: head.readUInt16LE(56) }, (_, index) =>
      head.readUInt32LE(Number(head.readBigUInt64LE(32)) + index * head.readUInt16LE(54)),
    );
    const end = Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
    return { magic: head.toString('latin1', 0, 4), machine: head.readUInt16LE(18), segments, end };
  } finally {
    await handle.close();
  }
}

test.each(Object.entries(MACHINES))(
  'for %s it is a static front, and behind it at 64 KiB a large runtime for the same machine',
  async (arch, machine) => {
    const file = join(distDir, `linux-${arch}`, 'kv');
    const front = await programAt(file, 0);
    expect(front).toMatchObject({ magic: '\x7fELF', machine });
    expect(front.segments).not.toContain(INTERPRETER);
    const large = await programAt(file, Math.ceil(front.end / 65_536) * 65_536);
    expect(large).toMatchObject({ magic: '\x7fELF', machine });
    expect(large.segments).toContain(INTERPRETER);
  },
);
