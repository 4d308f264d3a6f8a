import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { runInstaller } from '../lab/installer.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { driverFile } from '../lab/programs.ts';
import { RECORDS, RUN, rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

/** `installer doctor` as the image runs it, on the lab's node and with the lab's Azure. */
const scene = setScene();

/** Of other tests' call-outs, on the same node, the doctor would tell too. */
beforeEach(() => rmSync('/run/keyvault-flexvol/events', { recursive: true, force: true }));

interface Finding {
  check: string;
  status: string;
  found: string;
  todo?: string;
}

async function doctor(args: readonly string[], environment: Record<string, string> = {}) {
  const begun = performance.now();
  const result = await runInstaller(scene.kubelet, ['doctor', ...args], {
    NODE_ADDRESS: '127.0.0.1',
    ...environment,
  });
  expect(performance.now() - begun).toBeLessThan(90_000);
  expect(result.stderr).toBe('');
  return result;
}

async function findings(args: readonly string[] = [], environment: Record<string, string> = {}) {
  const { stdout, exitCode } = await doctor([...args, '--output', 'json'], environment);
  const { checks } = JSON.parse(stdout) as { checks: Finding[] };
  return { exitCode, of: (name: string) => checks.find(({ check }) => check === name) };
}

test('where all is well it says so of everything, with vaults and identities', async () => {
  const volume = volumeOf(scene, 'well');
  expect((await scene.kubelet.mount(volume)).status.status).toBe('Success');
  const { stdout, exitCode } = await doctor(['--vault', 'testkv', '--vault', 'otherkv']);
  await scene.kubelet.unmount(volume);
  expect(stdout).toMatch(
    /^ok +driver +version .* of this image, SHA-256 [0-9a-f]{12}…; answers init in \d+ ms$/m,
  );
  expect(stdout).toMatch(
    /^ok +kubelet +last called the driver of version \S+ \d+ s ago \(mount, Success\)$/m,
  );
  expect(stdout).toMatch(/^ok +run directory +.*; volumes mounted: 1$/m);
  expect(stdout).toMatch(/^ok +NMI +answers on 127\.0\.0\.1:2579$/m);
  expect(stdout).toMatch(/^ok +metadata service +answers on 169\.254\.169\.254$/m);
  expect(stdout).toMatch(/^ok +token endpoint +login\.microsoftonline\.com \(127\.0\.0\.1\) answers/m);
  expect(stdout).toMatch(/^ok +vault otherkv +otherkv\.vault\.azure\.net \(127\.0\.0\.1\) answers/m);
  expect(stdout).toMatch(/^ok +clock/m);
  expect({ exitCode, last: stdout.split('\n').at(-1) }).toEqual({ exitCode: 0, last: 'No fault was found.' });
});

describe('it finds', () => {
  test('an authority that the node configuration does not have', async () => {
    await scene.kubelet.configure({});
    const { exitCode, of } = await findings(['--vault', 'testkv']);
    expect(of('vault testkv')).toMatchObject({
      status: 'fault',
      found: expect.stringContaining('unknown authority; set caBundle'),
    });
    expect(exitCode).toBe(1);
  });

  test('a vault that is in no name server', async () => {
    const { of } = await findings(['--vault', 'nowhere']);
    expect(of('vault nowhere')).toMatchObject({
      status: 'fault',
      found: expect.stringContaining('its name cannot be resolved'),
    });
  });

  test('a vault that does not answer in time', async () => {
    scene.azure.setFaults({ rules: [{ action: { delayMs: 9000 }, match: { role: 'vault' } }] });
    const { of } = await findings(['--vault', 'testkv']);
    expect(of('vault testkv')).toMatchObject({
      status: 'fault',
      found: 'testkv.vault.azure.net was not reached: no answer in time',
    });
  });

  test('a proxy that is not there', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, httpsProxy: 'http://u:canary@127.0.0.1:9' });
    const { stdout } = await doctor(['--vault', 'testkv']);
    expect(stdout).toMatch(
      /^fault +vault testkv +testkv\S+ was not reached through the proxy 127\.0\.0\.1:9: /m,
    );
    expect(stdout).not.toContain('canary');
  });

  test('mounts that fail, by code', async () => {
    const volume = volumeOf(scene, 'denied', { options: { keyvaultobjectnames: 'no-such-object' } });
    expect((await scene.kubelet.mount(volume)).status.status).toBe('Failure');
    const { stdout, exitCode } = await doctor([]);
    await scene.kubelet.unmount(volume);
    expect(stdout).toMatch(/^warning +failures +1 × ObjectNotFound, .*mount for default\/denied$/m);
    expect(stdout).toContain('→ docs/troubleshooting.md#objectnotfound');
    expect(exitCode).toBe(0);
  });

  test('a driver that was replaced', async () => {
    const { driver } = scene.kubelet;
    await writeFile(`${driver}.new`, '#!/bin/sh\necho no\n', { mode: 0o755 });
    await rename(`${driver}.new`, driver);
    const { exitCode, of } = await findings();
    await copyFile(driverFile, `${driver}.new`);
    await rename(`${driver}.new`, driver);
    expect(of('driver')).toMatchObject({
      status: 'fault',
      found: expect.stringContaining('not the one of this image'),
    });
    expect(exitCode).toBe(1);
  });
});

describe('of the rotation of mounted volumes', () => {
  const on = { AGENT: 'on', AGENT_ROTATION: 'on', AGENT_MEMORY: 'off' };
  const { configure, runAgent, mount, vault, refresh } = rotatingOn(scene);
  /** The doctor's lines of this check, as status and text. */
  const rotationOf = async (environment: Record<string, string> = on) => {
    const { stdout } = await doctor(['--output', 'json'], environment);
    const { checks } = JSON.parse(stdout) as { checks: Finding[] };
    return checks
      .filter(({ check }) => check === 'rotation')
      .map(({ status, found }) => `${status} ${found}`);
  };

  test('nothing where nobody asks for it, and that nothing does it where somebody does', async () => {
    const resting = volumeOf(scene, 'rests');
    await scene.kubelet.mount(resting);
    expect(await rotationOf({})).toEqual([]);
    const asking = await mount('asks');
    expect(await rotationOf({})).toEqual([
      'note 1 volume (default/asks kv) of those mounted ask to rotate, and nothing on this node does that',
    ]);
    for (const volume of [resting, asking]) await scene.kubelet.unmount(volume);
  });

  test('how many rotate, what cannot be read again, and why others stay as they are', async () => {
    await configure({ keepServicePrincipals: false });
    const left = await mount('left');
    await configure({ keepServicePrincipals: true });
    const agent = await runAgent();
    const volume = await mount('rotates');
    expect(await rotationOf()).toEqual([
      expect.stringMatching(/^warning 1 volume \(default\/left kv\): to rotate, but it was mounted before/),
    ]);
    await scene.kubelet.unmount(left);
    expect(await rotationOf()).toEqual([
      expect.stringMatching(/^ok volumes that rotate: 1 of 1, the last one read \d+ s ago$/),
    ]);
    vault().setPermissions('reader', {});
    expect(await refresh('rotates')).toMatchObject({ exitCode: 1 });
    expect(await rotationOf()).toEqual([
      expect.stringMatching(
        /^note AccessDenied for \d+ s: 1 volume \(default\/rotates kv\) could not be read again, and keeps its files$/,
      ),
    ]);
    await agent.stop();
    expect((await rotationOf()).at(-1)).toMatch(
      /^warning nothing takes orders on \/run\/keyvault-flexvol\/agent\/control\.sock \(E[A-Z]+\)$/,
    );
    await scene.kubelet.unmount(volume);
  });

  test('records that are damaged, missing or left, until the next call-out takes away what is left', async () => {
    await configure({ keepServicePrincipals: true });
    await runAgent();
    const [damaged, missing, left] = [await mount('damaged'), await mount('missing'), await mount('left')];
    const recordOf = (volume: PodVolume) => {
      const is = (name: string) =>
        readFileSync(join(RECORDS, name), 'utf8').includes(`"${scene.kubelet.directoryOf(volume)}"`);
      return join(RECORDS, readdirSync(RECORDS).find(is) ?? 'none');
    };
    const [recordOfDamaged, recordOfLeft] = [recordOf(damaged), recordOf(left)];
    rmSync(recordOf(missing));
    await writeFile(recordOfDamaged, '{"schemaVersion":99}');
    // By hand, and not by an unmount of the driver.
    const staging = join(RUN, 'volumes', basename(recordOfLeft));
    await execa('umount', [scene.kubelet.directoryOf(left)]);
    await execa('umount', [staging]);
    rmSync(staging, { recursive: true });
    expect(await rotationOf()).toEqual([
      expect.stringMatching(/^warning records that cannot be read, of another version or damaged: 1 /),
      expect.stringMatching(/^warning volumes without a record: 1 of 2; they do not rotate/),
      expect.stringMatching(
        /^warning records without a mounted volume, .* of 1 volume \(default\/left kv\)$/,
      ),
    ]);
    await scene.kubelet.unmount(missing);
    expect(existsSync(recordOfLeft)).toBe(false);
    await scene.kubelet.unmount(damaged);
    expect(readdirSync(RECORDS)).toEqual([]);
  });

  test('signals that nobody sends', async () => {
    await configure({ keepServicePrincipals: true });
    await runAgent();
    const volume = await mount('signalled', { options: { rotationsignal: 'SIGHUP' } });
    expect(await rotationOf()).toEqual([
      'note 1 volume (default/signalled kv) ask for a signal (rotationsignal), and none is sent',
    ]);
    // The agent tells of its own container, which here has no such right.
    const allowed = await rotationOf({ ...on, AGENT_ROTATION_SIGNALS: 'on' });
    expect(allowed).toEqual(['warning signals are to be sent, but the capability KILL is missing']);
    await scene.kubelet.unmount(volume);
  });
});

test('the pod’s own proxy is not the driver’s way', async () => {
  const { of } = await findings(['--vault', 'testkv'], {
    HTTPS_PROXY: 'http://127.0.0.1:9',
    https_proxy: 'http://127.0.0.1:9',
  });
  expect(of('vault testkv')).toMatchObject({ status: 'ok' });
});

test('from a network that is not the node’s it warns where it cannot know', async () => {
  const { exitCode, of } = await findings(['--vault', 'nowhere'], { NODE_ADDRESS: '192.0.2.1' });
  expect(of('NMI')).toMatchObject({ status: 'note' });
  expect(of('vault nowhere')).toMatchObject({ status: 'warning' });
  expect(exitCode).toBe(0);
});

test.each([
  [['--vault', 'https://x.vault.azure.net'], /^--vault https:.*no URL[\s\S]*Usage: installer doctor/],
  [['--output', 'xml'], /^--output xml: must be text or json/],
  [['now'], /Usage: installer doctor/],
])('of arguments %j it makes a usage error', async (args, message) => {
  const result = await execa(process.execPath, ['dist/installer.cjs', 'doctor', ...args], { reject: false });
  expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(result.stderr).toMatch(message);
});
