import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';
import { ask, LoopbackAgent } from './loopback.ts';

let directory: string;
let program: string;

// The program is bundled as the pod's is: one CommonJS file.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mock-main-'));
  program = join(directory, 'mock.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
  });
});
afterAll(() => rm(directory, { recursive: true }));

test('it says when it is ready, serves, and ends on SIGTERM', async () => {
  const tlsDir = join(directory, 'tls');
  const child = execa(process.execPath, [
    program,
    '--tls',
    '127.0.0.1:0',
    '--control',
    '127.0.0.1:0',
    '--tls-dir',
    tlsDir,
  ]);
  const line: string = await new Promise((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8'))),
  );
  const { ready, ports } = JSON.parse(line);
  expect(ready).toBe(true);
  expect(line.trim().split('\n')).toHaveLength(1);

  const agent = new LoopbackAgent({ ports, caPem: await readFile(join(tlsDir, 'ca.pem'), 'utf8') });
  expect((await ask('https://testkv.vault.azure.net/secrets/plain/?api-version=7.5', { agent })).status).toBe(
    401,
  );
  agent.destroy();
  child.kill('SIGTERM');
  expect((await child).exitCode).toBe(0);
});

test('only the TLS directory', async () => {
  const tlsDir = join(directory, 'only');
  await execa(process.execPath, [program, '--only-tls', '--tls-dir', tlsDir]);
  expect(await readFile(join(tlsDir, 'server.pem'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
});

test('an address that is taken or malformed is named, with exit code 1', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [program, '--nmi', 'nonsense'], {
    reject: false,
  });
  expect([exitCode, stderr.split('\n')[0]]).toEqual([1, "'nonsense' is no HOST:PORT"]);
});

test('flags go before the environment', () => {
  const parsed = parseArguments(['--nmi', '127.0.0.1:1'], {
    MOCK_NMI: '127.0.0.1:2',
    MOCK_TLS: '0.0.0.0:443,[::]:443',
  });
  expect(parsed).toMatchObject({ nmi: ['127.0.0.1:1'], tls: ['0.0.0.0:443', '[::]:443'], onlyTls: false });
});

test('nothing to serve is an error', () => {
  expect(() => parseArguments([], {})).toThrow('nothing to serve: give --tls, --nmi or --imds');
});
