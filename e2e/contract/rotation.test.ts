import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { installerCommand } from '../lab/installer-command.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { setScene, volumeOf } from './scene.ts';

/** The built driver mounts, and a real agent process rotates; it reads what it is told to read at once. */
const scene = setScene();

const RECORDS = '/run/keyvault-flexvol/records';
const rotating = { rotationinterval: '30s' };

/** Service principals may be kept. */
beforeEach(() => configure({ keepServicePrincipals: true }));

async function configure(rotation: Readonly<Record<string, unknown>>): Promise<void> {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, rotation });
}

async function runAgent() {
  await scene.agent?.stop();
  const environment = { AGENT_MEMORY: 'off', AGENT_ROTATION: 'on' };
  const agent = await startAgent(scene.kubelet, { aloneCanRead: true, environment });
  onTestFinished(() => agent.stop());
  return agent;
}

async function mount(pod: string, changes: Partial<PodVolume> = {}): Promise<PodVolume> {
  const volume = volumeOf(scene, pod, { ...changes, options: { ...rotating, ...changes.options } });
  expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
  return volume;
}

function setSecret(name: string, value: string): string {
  const vault = scene.azure.directory.vault('testkv');
  if (vault === undefined) throw new Error('no vault testkv');
  return vault.addSecret(name, { value });
}

const refresh = (pod: string) => installerCommand(scene.kubelet, ['refresh', `default/${pod}`]);
const read = (volume: PodVolume, file = 'plain') =>
  readFileSync(join(scene.kubelet.directoryOf(volume), file), 'utf8');

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
    const directory = scene.kubelet.directoryOf(volume);
    const look = () =>
      ['.', '..data', 'plain', readdirSync(directory).find((name) => name.startsWith('..2')) ?? ''].map(
        (name) => {
          const { ino, mtimeMs, ctimeMs } = lstatSync(join(directory, name));
          return `${name} ${ino} ${mtimeMs} ${ctimeMs}`;
        },
      );
    const before = look();
    expect((await refresh('untouched')).output).toBe('default/untouched kv: unchanged');
    expect(look()).toEqual(before);
  });
});
