import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { federatedToken, projectVolume } from '../lab/federated-token.ts';
import { installerCommand } from '../lab/installer-command.ts';
import { mountsWith, type PodVolume } from '../lab/kubelet.ts';
import { principalOf } from '../mock/seed.ts';
import { RECORDS, RUN, rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

/** The built driver mounts, and a real agent, in namespaces of its own, rotates: at once, when it is told to. */
const scene = setScene();

const { configure, runAgent, mount, vault, setSecret, refresh, status, read, fingerprints } =
  rotatingOn(scene);
const rotating = { rotationinterval: '30s' };

/** Service principals may be kept. */
beforeEach(() => configure({ keepServicePrincipals: true }));

test('a volume that started with what was known of old is read until it is fresh, though it does not rotate', async () => {
  await runAgent({ AGENT_LATEST_SECONDS: '0' });
  const options = { startstale: '1h', rotationinterval: 'off' };
  const first = await mount('known', { options });
  const known = read(first);
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 503 } }] });
  setSecret('plain', 'what is new');
  const stale = await mount('stale', { options });
  expect(read(stale)).toBe(known);
  scene.azure.clearFaults();
  await expect.poll(() => read(stale), { timeout: 150_000 }).toBe('what is new');
  // The other one, which does not rotate either, was fresh when it was mounted.
  expect(read(first)).toBe(known);
  for (const volume of [first, stale]) await scene.kubelet.unmount(volume);
});

describe('a mounted volume', () => {
  test('gets a new version of its secret', async () => {
    await runAgent();
    const volume = await mount('rotated');
    setSecret('plain', 'the second value');
    const { output, errors, exitCode } = await refresh('rotated');
    expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
    expect(output).toMatch(
      /^default\/rotated kv: replaced\n {2}secret testkv\/plain: [0-9a-f]{32} -> [0-9a-f]{32}$/,
    );
    expect(read(volume)).toBe('the second value');
    await scene.kubelet.unmount(volume);
    expect(readdirSync(RECORDS)).toEqual([]);
  });

  test('whose objects are the same is not touched', async () => {
    await runAgent();
    const volume = await mount('untouched');
    const before = fingerprints(volume);
    expect((await refresh('untouched')).output).toBe('default/untouched kv: unchanged');
    expect(fingerprints(volume)).toEqual(before);
  });

  test.each<[string, Partial<PodVolume>, string, string]>([
    ['of a group, writable', { fsGroup: 2000 }, '640 0:2000', '2775 0:2000'],
    ['of a group, read-only', { fsGroup: 2000, readOnly: true }, '640 0:2000', '755 0:2000'],
    [
      'of a user that alone may read',
      { readOnly: true, options: { fileuser: '1000', filegroup: '3000', filemode: '0400' } },
      '400 1000:3000',
      '755 1000:3000',
    ],
  ])('%s keeps its owners and modes', async (_, changes, ofFile, ofRoot) => {
    await runAgent();
    const volume = await mount('owned', changes);
    const directory = scene.kubelet.directoryOf(volume);
    const look = (name: string) => {
      const { mode, uid, gid } = statSync(join(directory, name));
      return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
    };
    for (const value of ['second', 'third']) {
      setSecret('plain', value);
      expect((await refresh('owned')).output).toContain('replaced');
      expect(read(volume)).toBe(value);
      expect([look('plain'), look('.')]).toEqual([ofFile, ofRoot]);
      expect(readdirSync(directory).sort()).toEqual([
        readlinkSync(join(directory, '..data')),
        '..data',
        'plain',
      ]);
    }
    expect((await refresh('owned')).output).toBe('default/owned kv: unchanged');
  });

  test('is rotated at its interval, without being told', async () => {
    await runAgent();
    const volume = await mount('in-time', { options: rotating });
    setSecret('plain', 'in time');
    await expect.poll(() => read(volume), { timeout: 150_000 }).toBe('in time');
  });

  test('with inplace is rewritten where it is, for those who hold on to the file', async () => {
    await runAgent();
    const volume = await mount('in-place', { readOnly: true, options: { inplace: 'true' } });
    const held = openSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'r');
    onTestFinished(() => closeSync(held));
    // As kubelet binds the file of a subPath (pkg/volume/util/subpath).
    const subPath = join(RUN, 'sub-path');
    writeFileSync(subPath, '');
    await execa('mount', ['--bind', join(scene.kubelet.directoryOf(volume), 'plain'), subPath]);
    setSecret('plain', 'written where it is');
    expect((await refresh('in-place')).output).toContain('replaced');
    expect(readFileSync(held, 'utf8')).toBe('written where it is');
    expect(readFileSync(subPath, 'utf8')).toBe('written where it is');
    await execa('umount', [subPath]);
    expect(read(volume)).toBe('written where it is');
  });

  test('follows selections: a file more, a file less', async () => {
    await runAgent();
    const volume = await mount('selected', {
      options: {
        keyvaultobjectnames: '',
        keyvaultobjecttypes: '',
        objects: '[{type: secret, select: {name: "rotating-*"}, optional: true}]',
      },
    });
    setSecret('rotating-one', '1');
    expect((await refresh('selected')).output).toContain('secret testkv/rotating-one: none -> ');
    expect(read(volume, 'rotating-one')).toBe('1');
    setSecret('rotating-two', '2');
    vault().delete('secrets', 'rotating-one');
    await refresh('selected');
    expect(readdirSync(scene.kubelet.directoryOf(volume)).filter((name) => !name.startsWith('..'))).toEqual([
      'rotating-two',
    ]);
  });
});

describe('a volume keeps all it has', () => {
  const two = { keyvaultobjectnames: 'plain;second', keyvaultobjecttypes: 'secret;secret' };

  test.each<[string, () => void | Promise<void>, string]>([
    ['when an object is gone', () => void vault().delete('secrets', 'second'), 'ObjectNotFound'],
    [
      'when an object is disabled',
      () => void vault().addSecret('second', { value: 'x', attributes: { enabled: false } }),
      'ObjectDisabled',
    ],
    ['when it may not be read any more', () => vault().setPermissions('reader', {}), 'AccessDenied'],
    [
      'when the vault fails',
      () =>
        scene.azure.setFaults({ rules: [{ action: { status: 503 }, match: { role: 'vault' as const } }] }),
      'Vault',
    ],
    [
      'when the policy denies it',
      () => configure({ keepServicePrincipals: true }, { policy: { enabled: true, rules: [] } }),
      'PolicyDenied',
    ],
    ['when the node configuration is broken', () => scene.kubelet.configure('{'), 'NodeConfigInvalid'],
  ])('%s', async (_, change, code) => {
    setSecret('second', 'second');
    const volume = await mount('keeps', { options: two });
    setSecret('plain', 'never seen');
    const agent = await runAgent();
    await change();
    const before = fingerprints(volume);
    const { output, exitCode } = await refresh('keeps');
    expect(exitCode).toBe(1);
    expect(output).toContain('default/keeps kv: failed: ');
    expect(fingerprints(volume)).toEqual(before);
    expect(agent.output()).toMatch(new RegExp(`"event":"rotation-failed".*"pod":"keeps".*"code":"${code}`));
    if (code !== 'NodeConfigInvalid') {
      expect((await status('keeps'))['failure']).toMatchObject({ code: expect.stringContaining(code) });
    }
    // And all is well again.
    scene.azure.reset();
    setSecret('second', 'second');
    setSecret('plain', 'seen');
    await configure({ keepServicePrincipals: true });
    expect((await refresh('keeps')).output).toContain('replaced');
    expect(read(volume)).toBe('seen');
    expect((await status('keeps'))['failure']).toBeUndefined();
    expect(agent.output()).toContain('"event":"rotation-recovered"');
  });
});

describe('what is kept on the node', () => {
  const secretOf = (volume: PodVolume) =>
    Buffer.from(String(volume.secret?.['clientsecret'])).toString('base64');
  const records = () =>
    readdirSync(RECORDS)
      .map((name) => readFileSync(join(RECORDS, name), 'utf8'))
      .join('');

  test('is root’s alone, and has the Secret only for a volume that rotates', async () => {
    const rotated = await mount('rotates');
    const [name = ''] = readdirSync(RECORDS);
    expect(statSync(RECORDS).mode & 0o7777).toBe(0o700);
    expect(statSync(join(RECORDS, name)).mode & 0o7777).toBe(0o600);
    expect(records()).toContain(secretOf(rotated));
    await scene.kubelet.unmount(rotated);
    const resting = await mount('rests', { options: { rotationinterval: 'off' } });
    expect(records()).toContain('"keyvaultname":"testkv"');
    expect(records()).not.toContain(secretOf(resting));
  });

  test('has no Secret where service principals may not be kept, and such a volume says so', async () => {
    await configure({ keepServicePrincipals: false });
    const volume = await mount('unkept');
    expect(records()).not.toContain(secretOf(volume));
    expect((await status('unkept'))['stays']).toContain('keeps no service principals');
    await runAgent();
    const { output, exitCode } = await refresh('unkept');
    expect({ output, exitCode }).toEqual({
      output:
        'default/unkept kv: failed: it cannot be read again: the node keeps no service principals; set agent.rotation.keepServicePrincipals of the chart, then restart the pod',
      exitCode: 1,
    });
  });

  test('is no reason for a mount to fail: a file stands where the records go', async () => {
    const { rmSync } = await import('node:fs');
    rmSync(RECORDS, { recursive: true, force: true });
    writeFileSync(RECORDS, '');
    onTestFinished(() => rmSync(RECORDS, { force: true }));
    const volume = await mount('unrecorded');
    expect(read(volume)).not.toBe('');
    await scene.kubelet.unmount(volume);
  });

  test('goes with a volume whose mount was killed', async () => {
    const volume = await mount('abandoned');
    const directory = scene.kubelet.directoryOf(volume);
    await execa('umount', [directory]);
    const other = await mount('other');
    await scene.kubelet.unmount(other);
    expect(readdirSync(RECORDS)).toEqual([]);
    expect(readdirSync(join(RUN, 'volumes'))).toEqual([]);
  });

  test('survives the agent: the next one rotates on', async () => {
    const first = await runAgent();
    const volume = await mount('survives');
    first.signal('SIGKILL');
    await delay(200);
    await runAgent();
    setSecret('plain', 'by the next one');
    await refresh('survives');
    expect(read(volume)).toBe('by the next one');
  });
});

describe('with workload identity', () => {
  const volume = (pod: string) => {
    const { clientId } = principalOf(scene.azure.seed, 'workload');
    return { secret: {}, options: { useworkloadidentity: 'true', clientid: clientId, ...rotating }, pod };
  };

  test('the pod’s token of the moment is the proof, where the agent sees it', async () => {
    await runAgent();
    const of = volumeOf(scene, 'federated', volume('federated'));
    const directory = projectVolume(scene, of, 'token', 'token', await federatedToken(scene, 'federated'));
    const mounted = await mount('federated', volume('federated'));
    // kubelet renews it; the one of the mount is good for nothing any more.
    const renewed = await federatedToken(scene, 'federated', { expires: '2h' });
    writeFileSync(join(directory, '..2026_01_31_12_00_00.123456789', 'token'), renewed);
    setSecret('plain', 'by the renewed token');
    expect((await refresh('federated')).output).toContain('replaced');
    expect(read(mounted)).toBe('by the renewed token');
  });

  test('another pod’s token is not taken, and the files stay', async () => {
    await runAgent();
    const of = volumeOf(scene, 'robbed', volume('robbed'));
    const directory = projectVolume(scene, of, 'token', 'token', await federatedToken(scene, 'robbed'));
    const mounted = await mount('robbed', volume('robbed'));
    const before = fingerprints(mounted);
    writeFileSync(
      join(directory, '..2026_01_31_12_00_00.123456789', 'token'),
      await federatedToken(scene, 'somebody'),
    );
    setSecret('plain', 'never seen');
    expect((await refresh('robbed')).output).toContain('default/robbed kv: failed: ');
    expect(fingerprints(mounted)).toEqual(before);
  });
});

describe('an unmount', () => {
  const requests = () => scene.azure.requests().filter(({ role }) => role === 'vault');
  const vaultHasAnswered = () => requests().some(({ endMs }) => endMs !== null);

  /** The vault's next answer takes longer than an unmount; what is returned waits until the vault is asked. */
  function holdVault(): () => Promise<void> {
    scene.azure.clearRequests();
    scene.azure.setFaults({
      rules: [{ action: { delayMs: 8000 }, match: { role: 'vault' as const }, times: 1 }],
    });
    return () => expect.poll(() => requests().length).toBeGreaterThan(0);
  }

  test('during a rotation is prompt, and nothing is left anywhere', async () => {
    const agent = await runAgent();
    const volume = await mount('goes');
    setSecret('plain', 'never seen');
    const vaultIsAsked = holdVault();
    const rotation = refresh('goes');
    await vaultIsAsked();
    expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
    expect(vaultHasAnswered()).toBe(false);
    expect(await rotation).toMatchObject({ output: 'default/goes kv: gone', exitCode: 0 });
    expect(existsSync(scene.kubelet.directoryOf(volume))).toBe(false);
    expect(mountsWith('keyvault-flexvol/volumes')).toEqual([]);
    expect(readdirSync(join(RUN, 'volumes'))).toEqual([]);
    expect(readdirSync(RECORDS)).toEqual([]);
    expect(mountsOf(agent.pid)).not.toContain('keyvault-flexvol/volumes');
  });

  test('while somebody in another mount namespace has it open succeeds too', async () => {
    await execa('mount', ['--make-rshared', '/run']);
    const volume = await mount('held');
    const [name = ''] = readdirSync(join(RUN, 'volumes'));
    const holder = execa(
      'unshare',
      [
        '--mount',
        '--propagation',
        'slave',
        'sh',
        '-c',
        'cd "$0" && exec sleep 60',
        join(RUN, 'volumes', name),
      ],
      { reject: false },
    );
    await expect.poll(() => readlinkSync(`/proc/${holder.pid}/cwd`)).toContain(name);
    const { output } = await scene.kubelet.unmount(volume);
    expect(output).toBe('{"status":"Success"}\n');
    // The holder is still there, and what it has is empty.
    expect(readdirSync(`/proc/${holder.pid}/cwd`)).toEqual([]);
    holder.kill('SIGKILL');
    await holder;
    expect(mountsWith('keyvault-flexvol/volumes')).toEqual([]);
  });

  test('and another volume at the same place: what was read for the one never reaches the other', async () => {
    await runAgent();
    const volume = await mount('replaced');
    setSecret('plain', 'for the first');
    const vaultIsAsked = holdVault();
    const rotation = refresh('replaced');
    await vaultIsAsked();
    await scene.kubelet.unmount(volume);
    const again = await mount('replaced', { options: { keyvaultobjectnames: 'multiline' } });
    const before = fingerprints(again);
    expect((await rotation).output).toBe('default/replaced kv: gone');
    expect(fingerprints(again)).toEqual(before);
    await scene.kubelet.unmount(again);
  });
});

test('many mounts, unmounts and rotations at once end well', async () => {
  await runAgent();
  const pods = Array.from({ length: 6 }, (_, index) => `at-once-${index}`);
  const turns = pods.map(async (pod) => {
    for (let turn = 0; turn < 4; turn++) {
      const volume = await mount(pod);
      setSecret('plain', `${pod} ${turn}`);
      await refresh(pod);
      expect(read(volume)).toMatch(/^at-once-/);
      expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
    }
  });
  await Promise.all(turns);
  expect(readdirSync(RECORDS)).toEqual([]);
  expect(mountsWith('keyvault-flexvol/volumes')).toEqual([]);
});

test('status lists volumes without an agent, and no value', async () => {
  const volume = await mount('listed');
  const { output, exitCode } = await installerCommand(scene.kubelet, ['status'], {
    AGENT: 'off',
    AGENT_ROTATION: 'off',
  });
  expect(exitCode).toBe(0);
  expect(output).toContain('1 volume on this node; the node agent is off, rotation is off');
  expect(output).toContain('default/listed kv (service-principal)');
  expect(output).toContain('does not rotate: rotation is off on this node');
  expect(output).toMatch(/secret testkv\/plain [0-9a-f]{32}/);
  expect(output).not.toContain(read(volume));
});

test.each([
  [['refresh'], 2, 'Usage: installer refresh'],
  [['refresh', 'web'], 2, 'Usage: installer refresh'],
  [['status', '--json'], 2, 'Usage: installer status'],
  [['refresh', 'default/web'], 1, 'Nothing rotates volumes on this node'],
])('the command %j without an agent ends with %i', async (args, exitCode, text) => {
  const outcome = await installerCommand(scene.kubelet, args);
  expect(outcome).toMatchObject({ exitCode, output: '' });
  expect(outcome.errors).toContain(text);
});

/** Of the namespace in which the process is that `unshare` started. */
function mountsOf(pid: number): string {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.map((child) => readFileSync(`/proc/${child}/mounts`, 'utf8')).join('');
}
