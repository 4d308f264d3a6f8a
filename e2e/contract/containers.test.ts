// The two containers of the DaemonSet's pod, as processes with their mounts and rights: the one that installs touches no volume,
// and the one that works on volumes has nothing of the driver's to write to.
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { RUN_DIRECTORY, runInstaller } from '../lab/installer.ts';
import { rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const { configure, runAgent, mount, setSecret, refresh, read } = rotatingOn(scene);

/**
 * Rights of the installer's container, and the most that the agent's ever has. A container runtime drops capabilities before
 * it starts the program; here they are gone once env(1) starts it.
 */
const INSTALLER = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--no-new-privs', 'env'];
const AGENT = [
  ...['setpriv', '--bounding-set', '-all,+chown,+dac_override,+kill', '--inh-caps', '-all'],
  '--no-new-privs',
];
const SOCKET = join(RUN_DIRECTORY, 'agent', 'agent.sock');

beforeEach(() => configure({ keepServicePrincipals: true }));

describe('the agent', () => {
  test.each(['false', 'true'])(
    'serves and rotates (inplace: %s) where it can write nothing beside the driver',
    async (inplace) => {
      const agent = await runAgent();
      const volume = await mount(`read-only-${inplace}`, { options: { inplace } });
      const value = read(volume);
      setSecret('plain', `${value}, and more`);
      expect((await refresh(`read-only-${inplace}`)).output).toMatch(/: replaced/);
      expect(read(volume)).toBe(`${value}, and more`);
      const inside = childOf(agent.pid);
      for (const path of [dirname(scene.kubelet.driver), dirname(dirname(scene.kubelet.driver))])
        expect(await write(join(`/proc/${inside}/root`, path, 'new'))).toMatch(/Read-only file system/);
      expect(await write(join(`/proc/${inside}/root`, scene.kubelet.driver))).toMatch(
        /Read-only file system/,
      );
      expect(readdirSync(dirname(scene.kubelet.driver)).sort()).toEqual(['.config.json', 'kv']);
      await scene.kubelet.unmount(volume);
    },
  );

  test('is led to the driver by a link in a volume, and can write nothing there', async () => {
    const agent = await runAgent();
    const volume = await mount('leads-out');
    symlinkSync(scene.kubelet.driver, join(scene.kubelet.directoryOf(volume), 'out'));
    const [name = ''] = readdirSync(join(RUN_DIRECTORY, 'volumes'));
    const link = join(RUN_DIRECTORY, 'volumes', name, 'out');
    const before = readFileSync(scene.kubelet.driver);
    const inNamespaces = ['nsenter', '-t', childOf(agent.pid), '-m', ...AGENT];
    const { stderr, exitCode } = await run([...inNamespaces, 'sh', '-c', 'echo owned > "$0"', link]);
    expect({ stderr, exitCode }).toMatchObject({
      stderr: expect.stringContaining('Read-only file system'),
      exitCode: 2,
    });
    expect(readFileSync(scene.kubelet.driver).equals(before)).toBe(true);
    await scene.kubelet.unmount(volume);
  });

  test('does not start where it could write to the driver’s directory, and says so to all who ask', async () => {
    await scene.agent?.stop();
    const agent = await startAgent(scene.kubelet, { aloneCanRead: true, pluginDirectory: 'writable' });
    onTestFinished(() => agent.stop());
    const reason = /it could write to .*mount that directory read-only/;
    expect(agent.output()).toMatch(reason);
    expect(existsSync(SOCKET)).toBe(false);
    const answer = await fetch('http://127.0.0.1:9810/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      ready: false,
      code: 'DriverDirectoryWritable',
      reason: expect.stringMatching(reason),
    });
    expect((await fetch('http://127.0.0.1:9810/healthz')).status).toBe(200);
    const { stdout } = await runInstaller(scene.kubelet, ['doctor'], { AGENT: 'on' });
    expect(stdout).toMatch(
      /^warning +node agent +takes no connection on .*: the agent does not start, as it could/m,
    );
    // The driver reads by itself.
    const volume = volumeOf(scene, 'without-agent');
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
    await scene.kubelet.unmount(volume);
  });

  test('that comes before the driver serves as soon as the driver is there', async () => {
    await scene.agent?.stop();
    const directory = dirname(scene.kubelet.driver);
    renameSync(directory, `${directory}.later`);
    const agent = await startAgent(scene.kubelet);
    onTestFinished(() => agent.stop());
    renameSync(`${directory}.later`, directory);
    const volume = volumeOf(scene, 'after-all');
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
    await scene.kubelet.unmount(volume);
  });

  test('a second one leaves the first its socket', async () => {
    await scene.agent?.stop();
    const agent = await startAgent(scene.kubelet);
    onTestFinished(() => agent.stop());
    const second = await runInstaller(scene.kubelet, ['agent'], { AGENT: 'on' });
    expect(second).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('"server-failed"') });
    const volume = volumeOf(scene, 'first-agent');
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
    await scene.kubelet.unmount(volume);
  });

  test('serves metrics of its own, none of the installer’s', async () => {
    await runAgent({ AGENT_METRICS_PORT: '19811' });
    const names = await metricNames(19811);
    expect(names).toContain('keyvault_flexvol_agent_lookups_total');
    expect(names).toContain('keyvault_flexvol_rotations_total');
    expect(names).toContain('keyvault_flexvol_vault_requests_total');
    expect(names.filter((name) => /installer|callouts|_info|mounted_volumes/.test(name))).toEqual([]);
  });

  test('serves drivers where its port for metrics is taken, and says so', async () => {
    await scene.agent?.stop();
    const taken = createServer().listen(19811);
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const agent = await startAgent(scene.kubelet, { environment: { AGENT_METRICS_PORT: '19811' } });
    onTestFinished(() => agent.stop());
    expect(agent.output()).toMatch(/"event":"metrics-failed".*is taken by another program/);
    const volume = volumeOf(scene, 'without-metrics');
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
    await scene.kubelet.unmount(volume);
  });

  test('needs to be switched on', async () => {
    const { exitCode, stdout } = await runInstaller(scene.kubelet, ['agent']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('with the argument \\"agent\\" AGENT must be on');
  });
});

describe('the installer', () => {
  /** With the agent on, until the test ends. */
  async function runs(environment: Readonly<Record<string, string>> = {}) {
    const desired = join(dirname(dirname(scene.kubelet.driver)), 'desired.json');
    await copyFile(join(dirname(scene.kubelet.driver), '.config.json'), desired);
    const installer = runInstaller(
      scene.kubelet,
      [],
      { AGENT: 'on', AGENT_ROTATION: 'on', NODE_CONFIG_FILE: desired, HEALTH_PORT: '19808', ...environment },
      INSTALLER,
    );
    onTestFinished(async () => {
      installer.kill('SIGTERM');
      await installer;
    });
    await expect
      .poll(async () => (await fetch('http://127.0.0.1:19808/readyz').catch(() => undefined))?.status, {
        timeout: 60_000,
      })
      .toBe(200);
    return { pid: installer.pid };
  }

  test('has no capability, installs, and is no agent, whatever is switched on', async () => {
    await scene.agent?.stop();
    const { pid } = await runs({ METRICS_PORT: '19809', METRICS_HOST: '127.0.0.1' });
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^CapBnd:\s0+$/m);
    expect(existsSync(SOCKET)).toBe(false);
    const names = await metricNames(19809);
    expect(names).toContain('keyvault_flexvol_installer_ready');
    expect(names.filter((name) => /agent_lookups|rotation|expiry/.test(name))).toEqual([]);
  });

  test('is closed to an agent that sees its process: no way leads through it to the driver', async () => {
    const installer = await runs();
    // A process of root's without capabilities is open to one that has no fewer, unless it closes itself.
    const open = run([...INSTALLER, 'sleep', '600']);
    onTestFinished(async () => {
      open.kill();
      await open;
    });
    const enter = (pid: number | undefined) => run([...AGENT, 'ls', `/proc/${pid}/root/`]);
    await expect.poll(async () => (await enter(open.pid)).exitCode, { timeout: 10_000 }).toBe(0);
    const { stderr, exitCode } = await enter(installer.pid);
    expect({ stderr, exitCode }).toMatchObject({
      stderr: expect.stringContaining('Permission denied'),
      exitCode: 2,
    });
  });
});

function run([program = '', ...args]: readonly string[]) {
  return execa(program, args, { reject: false });
}

/** The process that a parent started in other namespaces. */
function childOf(pid: number): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] ?? '';
}

/** Tries to write to a file with every right of root; answers what went wrong. */
async function write(path: string): Promise<string> {
  const { stderr } = await execa('sh', ['-c', 'echo owned >> "$0"', path], { reject: false });
  return stderr;
}

async function metricNames(port: number): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);
}
