import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Agent, startAgent } from '../lab/agent.ts';
import { type CommandOutcome, installerCommand } from '../lab/installer-command.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { type Scene, volumeOf } from './scene.ts';

export const RUN = '/run/keyvault-flexvol';
export const RECORDS = join(RUN, 'records');

/** What tests of rotation do with the scene's node. */
export interface Rotating {
  /** The node configuration; service principals are kept where `rotation` says so. */
  configure(rotation: Readonly<Record<string, unknown>>, more?: object): Promise<void>;
  /** A real agent that rotates, in namespaces of its own, until the test ends. */
  runAgent(environment?: Readonly<Record<string, string>>): Promise<Agent>;
  /** Mounts a volume that asks for rotation each hour, so that only `refresh` reads it again in a test. */
  mount(pod: string, changes?: Partial<PodVolume>): Promise<PodVolume>;
  vault(name?: string): NonNullable<ReturnType<Scene['azure']['directory']['vault']>>;
  setSecret(name: string, value: string): void;
  refresh(pod: string): Promise<CommandOutcome>;
  /** What `status` tells of a pod's volume. */
  status(pod: string): Promise<Record<string, unknown>>;
  read(volume: PodVolume, file?: string): string;
  /** Everything that shows whether anything in a volume was touched. */
  fingerprints(volume: PodVolume): string[];
  /** What the pod reads, by path. */
  files(volume: PodVolume): Record<string, string>;
}

export function rotatingOn(scene: Scene): Rotating {
  const vault = (name = 'testkv') => {
    const found = scene.azure.directory.vault(name);
    if (found === undefined) throw new Error(`no vault ${name}`);
    return found;
  };
  return {
    async configure(rotation, more = {}) {
      await scene.kubelet.configure({ caBundle: scene.azure.caPem, rotation, ...more });
    },
    async runAgent(more = {}) {
      await scene.agent?.stop();
      const environment = { AGENT_ROTATION: 'on', ...more };
      const agent = await startAgent(scene.kubelet, { aloneCanRead: true, apart: true, environment });
      onTestFinished(() => agent.stop());
      return agent;
    },
    async mount(pod, changes = {}) {
      const options = { rotationinterval: '1h', ...changes.options };
      const volume = volumeOf(scene, pod, { ...changes, options });
      expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
      return volume;
    },
    vault,
    setSecret: (name, value) => void vault().addSecret(name, { value }),
    refresh: (pod) => installerCommand(scene.kubelet, ['refresh', `default/${pod}`]),
    async status(pod) {
      const { output, errors, exitCode } = await installerCommand(scene.kubelet, [
        'status',
        '--output',
        'json',
      ]);
      expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
      const { volumes } = JSON.parse(output) as { volumes: Record<string, unknown>[] };
      return volumes.find((volume) => volume['pod'] === pod) ?? {};
    },
    read: (volume, file = 'plain') => readFileSync(join(scene.kubelet.directoryOf(volume), file), 'utf8'),
    fingerprints(volume) {
      const directory = scene.kubelet.directoryOf(volume);
      return ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })].sort().map((name) => {
        const { ino, mtimeMs, ctimeMs } = lstatSync(join(directory, name));
        return `${name} ${ino} ${mtimeMs} ${ctimeMs}`;
      });
    },
    files(volume) {
      const directory = scene.kubelet.directoryOf(volume);
      return Object.fromEntries(
        readdirSync(directory)
          .filter((name) => !name.startsWith('..'))
          .flatMap((name) => filesBelow(directory, name)),
      );
    },
  };
}

/** Links are followed, as the pod follows them. */
function filesBelow(directory: string, path: string): [string, string][] {
  const whole = join(directory, path);
  if (!statSync(whole).isDirectory()) return [[path, readFileSync(whole, 'utf8')]];
  return readdirSync(whole).flatMap((name) => filesBelow(directory, join(path, name)));
}
