import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountsWith } from '../lab/kubelet.ts';
import { secretOf } from '../mock/seed.ts';
import { expectPlainSecret, failureOf } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';
import { witness } from './witness.ts';

const scene = setScene();
let directory: string;
/** A program that leaves a trace when it is run. */
let planted: string;
const trace = () => join(directory, 'trace');

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'least-privilege-'));
  planted = join(directory, 'planted.cjs');
  writeFileSync(planted, `require('node:fs').writeFileSync(${JSON.stringify(trace())}, 'was run');`);
});
afterAll(() => rmSync(directory, { recursive: true }));

function expectNothingPlantedRan(): void {
  expect(readdirSync(directory).includes('trace')).toBe(false);
}

describe('a mount is the same with', () => {
  test.each<[string, Record<string, string>]>([
    ['NODE_OPTIONS that load a program', { NODE_OPTIONS: '--require=PLANTED' }],
    ['NODE_OPTIONS that trust every certificate', { NODE_OPTIONS: '--insecure --tls-min-v1.0' }],
    ['NODE_PATH', { NODE_PATH: 'DIRECTORY' }],
    ['NODE_DEBUG', { NODE_DEBUG: 'http,tls,net,undici', DEBUG: '*' }],
    ['NODE_V8_COVERAGE', { NODE_V8_COVERAGE: 'DIRECTORY/coverage' }],
    [
      'an inspector',
      { BUN_INSPECT: 'ws://127.0.0.1:9229/x', BUN_INSPECT_NOTIFY: 'unix:///DIRECTORY/inspector' },
    ],
    ['an inspector that loads a program', { BUN_INSPECT_PRELOAD: 'PLANTED' }],
    ['wordy requests', { BUN_CONFIG_VERBOSE_FETCH: 'curl', AZURE_LOG_LEVEL: 'verbose' }],
    ['a log of the runtime', { BUN_DEBUG: 'DIRECTORY/log', BUN_DEBUG_ALL: '1' }],
    ['a cache of the runtime', { BUN_RUNTIME_TRANSPILER_CACHE_PATH: 'DIRECTORY/cache' }],
    ['a log of TLS keys', { SSLKEYLOGFILE: 'DIRECTORY/keys' }],
    [
      'crash reports switched on',
      { BUN_ENABLE_CRASH_REPORTING: '1', BUN_CRASH_REPORT_URL: 'http://127.0.0.1:1' },
    ],
    ['another directory for temporary files', { TMPDIR: 'DIRECTORY', BUN_TMPDIR: 'DIRECTORY' }],
    ['a CA file that is none', { NODE_EXTRA_CA_CERTS: '/nonexistent', SSL_CERT_FILE: '/nonexistent' }],
    [
      'credentials and endpoints of the SDK',
      {
        AZURE_CLIENT_ID: 'x',
        AZURE_CLIENT_SECRET: 'x',
        AZURE_AUTHORITY_HOST: 'https://attacker.example',
        IDENTITY_ENDPOINT: 'http://127.0.0.1:1',
        IDENTITY_HEADER: 'x',
      },
    ],
  ])('%s', async (_, environment) => {
    const filled = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        value.replace('PLANTED', planted).replace('DIRECTORY', directory),
      ]),
    );
    await expectPlainSecret(scene, volumeOf(scene, 'environment'), filled);
    expectNothingPlantedRan();
    expect(readdirSync(directory)).toEqual(['planted.cjs']);
  });

  test('files of the working directory that the runtime could read', async () => {
    const here = join(directory, 'here');
    mkdirSync(here);
    writeFileSync(join(here, 'bunfig.toml'), `preload = [${JSON.stringify(planted)}]\n`);
    writeFileSync(join(here, '.env'), `NODE_OPTIONS=--require=${planted}\nHTTPS_PROXY=http://127.0.0.1:1\n`);
    writeFileSync(join(here, 'package.json'), '{"name":"x","type":"module","imports":{"#x":"./x.js"}}');
    writeFileSync(join(here, 'tsconfig.json'), '{"compilerOptions":{"paths":{"*":["./x"]}}}');
    const volume = volumeOf(scene, 'working-directory');
    mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
    const { stdout } = await execa(scene.kubelet.driver, scene.kubelet.argumentsOf('mount', volume), {
      cwd: here,
    });
    expect(stdout).toBe('{"status":"Success"}');
    await scene.kubelet.unmount(volume);
    expectNothingPlantedRan();
    rmSync(here, { recursive: true });
  });
});

describe('a certificate of an unknown authority is not trusted', () => {
  test.each<[string, Record<string, string>, object]>([
    ['as NODE_TLS_REJECT_UNAUTHORIZED says', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, {}],
    ['as NODE_EXTRA_CA_CERTS says', { NODE_EXTRA_CA_CERTS: 'CA' }, {}],
    ['as SSL_CERT_FILE says', { SSL_CERT_FILE: 'CA' }, {}],
    ['as SSL_CERT_FILE and NODE_OPTIONS say', { SSL_CERT_FILE: 'CA', NODE_OPTIONS: '--use-openssl-ca' }, {}],
    ['as SSL_CERT_FILE says, with a bundle of another', { SSL_CERT_FILE: 'CA' }, { caBundle: 'OTHER' }],
    [
      'as NODE_EXTRA_CA_CERTS says, with a bundle of another',
      { NODE_EXTRA_CA_CERTS: 'CA' },
      { caBundle: 'OTHER' },
    ],
  ])('%s', async (_, environment, nodeConfig) => {
    const [other = ''] = rootCertificates;
    await scene.kubelet.configure(
      JSON.parse(JSON.stringify(nodeConfig).replace('"OTHER"', JSON.stringify(other))),
    );
    const ca = join(directory, 'ca.pem');
    writeFileSync(ca, scene.azure.caPem);
    const filled = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace('CA', ca)]),
    );
    const message = await failureOf(scene, volumeOf(scene, 'unknown-authority'), filled);
    expect(message).toContain('unknown authority');
    expect(scene.azure.requests()).toEqual([]);
    rmSync(ca);
  });
});

const environment = { CANARY: 'kubelet-variable-4711', KUBECONFIG: '/etc/canary', LD_BIND_NOW: '1' };

test('it runs no command', async () => {
  const volume = volumeOf(scene, 'children');
  for (let turn = 0; turn < 3; turn++) {
    const [, seen] = await witness(scene.kubelet.driver, async () => {
      await scene.kubelet.mount(volume, environment);
      await scene.kubelet.unmount(volume);
    });
    expect([...seen.commands]).toEqual([]);
  }
});

describe('under strace', async () => {
  const { exitCode } = await execa('strace', ['--version'], { reject: false });
  const hasStrace = exitCode === 0 || process.env['CI'] !== undefined;

  async function traced(...calls: string[]): Promise<string> {
    const volume = volumeOf(scene, 'traced');
    mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
    const log = join(directory, 'strace');
    const args = ['-f', '-qq', '-s', '64', '-e', `trace=${calls}`, '-o', log, '--', scene.kubelet.driver];
    const { stdout } = await execa('strace', [...args, ...scene.kubelet.argumentsOf('mount', volume)]);
    expect(stdout).toBe('{"status":"Success"}');
    await scene.kubelet.unmount(volume);
    const text = readFileSync(log, 'utf8');
    rmSync(log);
    return text;
  }

  test.skipIf(!hasStrace)('it connects to the token endpoint and the vault alone', async () => {
    const text = await traced('connect', 'sendto', 'bind', 'listen');
    const addresses = [...text.matchAll(/connect\(.*?sin6?_port=htons\((\d+)\).*?"([^"]+)"/g)].map(
      ([, port, address]) => `${address}:${port}`,
    );
    expect([...new Set(addresses)]).toEqual(['127.0.0.1:443']);
    expect(text).not.toMatch(/listen\(/);
    const unix = [...text.matchAll(/sun_path="([^"]+)"/g)].map(([, path]) => path);
    expect(unix.filter((path) => !path?.startsWith('/var/run/nscd'))).toEqual([]);
  });

  test.skipIf(!hasStrace)('it runs no program, and writes nowhere but in /run', async () => {
    const text = await traced('openat', 'open', 'creat', 'execve', 'socket', 'pipe2');
    const written = [
      ...text.matchAll(/open(?:at)?\((?:AT_FDCWD, )?"([^"]+)", [^)]*O_(?:WRONLY|RDWR|CREAT)[^)]*\) = \d/g),
    ]
      .map(([, path]) => path ?? '')
      .filter((path) => !/^\/(run\/keyvault-flexvol\/|dev\/|proc\/self\/)/.test(path));
    expect(written.filter((path) => !path.startsWith('/run/mount'))).toEqual([]);
    const executed = [...text.matchAll(/execve\("([^"]+)".*= 0/g)].map(([, path]) =>
      path?.replace(/.*\//, ''),
    );
    expect(executed).toEqual(['kv']);
  });
});

describe('killed by', () => {
  test.each(['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS'] as const)(
    '%s it leaves no memory in its core dump, runs no program and asks nobody',
    async (signal) => {
      const here = join(directory, signal);
      mkdirSync(here);
      writeFileSync(join(here, 'curl'), `#!/bin/sh\necho ran > ${trace()}\n`, { mode: 0o755 });
      scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { hang: true } }] });
      const volume = volumeOf(scene, 'crash');
      mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
      const shell = ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', scene.kubelet.driver];
      const call = execa('sh', [...shell, ...scene.kubelet.argumentsOf('mount', volume)], {
        cwd: here,
        all: true,
        reject: false,
        extendEnv: false,
        env: { PATH: `${here}:/usr/sbin:/usr/bin:/sbin:/bin` },
      });
      // The client secret was read and the token is there: now is the time to crash.
      await expect
        .poll(() => scene.azure.requests().some(({ role }) => role === 'vault'), { timeout: 120_000 })
        .toBe(true);
      call.kill(signal);
      const { all = '', exitCode } = await call;
      const message = `the driver ended unexpectedly (signal ${constants.signals[signal]}); kubelet will repeat the call-out`;
      expect({ exitCode, status: JSON.parse(all) }).toEqual({
        exitCode: 0,
        status: { status: 'Failure', message },
      });
      expectNothingPlantedRan();
      expect(new Set(scene.azure.requests().map(({ role }) => role))).toEqual(new Set(['entra', 'vault']));
      const canaries = [...(volume.secret ? Object.values(volume.secret) : [])].map(String);
      for (const name of readdirSync(here).filter((file) => file !== 'curl')) {
        expect(statSync(join(here, name)).size).toBeLessThan(4 * 1024 * 1024);
        const core = readFileSync(join(here, name)).toString('latin1');
        for (const canary of canaries) {
          expect(core).not.toContain(canary);
          expect(core).not.toContain(Buffer.from(canary).toString('base64'));
        }
      }
      await scene.kubelet.unmount(volume);
      expect(mountsWith('keyvault-flexvol')).toEqual([]);
      rmSync(here, { recursive: true });
    },
  );
});

test('what it makes on the node is for root alone', async () => {
  const volume = volumeOf(scene, 'modes');
  expect((await scene.kubelet.mount(volume)).status.status).toBe('Success');
  const modes = readdirSync('/run/keyvault-flexvol', { recursive: true, withFileTypes: true })
    // Below these are the volumes themselves, whose files have the modes of the pod's choice.
    .filter(({ parentPath }) => !parentPath.startsWith('/run/keyvault-flexvol/volumes/'))
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !mountsWith(path).length)
    .map((path) => [path, (statSync(path).mode & 0o077).toString(8)]);
  expect(modes.filter(([, others]) => others !== '0')).toEqual([]);
  expect(statSync('/run/keyvault-flexvol').mode & 0o777).toBe(0o700);
  expect(readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8')).toBe(
    secretOf(scene.azure.seed, 'testkv', 'plain').value,
  );
  await scene.kubelet.unmount(volume);
});
