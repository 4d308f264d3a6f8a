// The executable "npm run build" made for this machine.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { distDir } from './project.ts';
import { buildMachineArch } from './runtime.ts';

const executable = join(distDir, `linux-${buildMachineArch()}`, 'kv');

test('files of the current directory do not change what it does, as root runs it', async () => {
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
    const { all, exitCode } = await execa(executable, ['init'], {
      cwd: directory,
      env: {},
      extendEnv: false,
      all: true,
      reject: false,
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(all)).toMatchObject({ status: 'Success' });
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
