// A rotation that is held at one point while its volume is unmounted, mounted anew by two drivers at once, and other
// volumes come and go: what was read for the one volume must reach no other, and nothing may be left.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Agent, startAgent } from '../lab/agent.ts';
import { mountsWith, type PodVolume } from '../lab/kubelet.ts';
import { leftovers } from '../security/kill/leftovers.ts';
import { RECORDS, RUN, rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const { configure, mount, setSecret, refresh, fingerprints, files } = rotatingOn(scene);
const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;

const SUCCESS = '{"status":"Success"}\n';
/** It rotates when it is told to, and not in between. */
const rotating = { rotationinterval: '7d' };
const NEW = 'never to be seen in another volume';
const MULTILINE = 'first line\nsecond line\n\nfourth line\n';

beforeEach(() => configure({ keepServicePrincipals: true }));

/** Of every process the rotation is the agent's own, so that it can be held there. */
async function runAgent(): Promise<Agent> {
  const agent = await startAgent(scene.kubelet, {
    aloneCanRead: true,
    environment: { AGENT_ROTATION: 'on' },
  });
  onTestFinished(() => agent.stop());
  return agent;
}

/** Where the rotation of a volume is held, once it has come there, and how it is let go. */
interface Hold {
  readonly held: () => Promise<void>;
  readonly letGo: () => unknown;
}

/** Holds the agent where it next enters a system call, until it is let go. */
async function holdAt({ pid }: Agent, syscall: string): Promise<Hold> {
  const inject = `inject=${syscall}:delay_enter=100000000:when=1`;
  const args = ['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', inject, '-p', String(pid)];
  const tracer = execa('strace', args, { reject: false });
  // strace says so when it is attached.
  await new Promise((resolve) => tracer.stderr.once('data', resolve));
  const letGo = async () => {
    tracer.kill('SIGTERM');
    await tracer;
  };
  onTestFinished(letGo);
  return { held: () => untilStopped(pid), letGo };
}

/** In a tracing stop (proc_pid_stat(5)) that lasts. */
async function untilStopped(pid: number): Promise<void> {
  for (let times = 0, tries = 0; times < 10; tries++) {
    if (tries > 5000) throw new Error('the agent does not come to this system call');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    times = stat.slice(stat.lastIndexOf(')') + 2).startsWith('t') ? times + 1 : 0;
    await delay(20);
  }
}

interface PlacedRecord {
  readonly target: string;
  readonly device: number;
}

/** The records of the node, by name. */
function records(): Map<string, PlacedRecord> {
  const names = readdirSync(RECORDS).filter((name) => /^[0-9a-f]{32}$/.test(name));
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(RECORDS, name), 'utf8'))]));
}

function stagingOf(volume: PodVolume): string {
  const directory = scene.kubelet.directoryOf(volume);
  const [name] = [...records()].find(([, { target }]) => target === directory) ?? [];
  if (name === undefined) throw new Error(`no record of ${directory}`);
  return join(RUN, 'volumes', name);
}

/** Each of these is mounted once, has its own record and holds just this; and nothing else is on the node. */
function expectAlone(volumes: ReadonlyMap<PodVolume, Readonly<Record<string, string>>>): void {
  expect(records().size).toBe(volumes.size);
  for (const [volume, holds] of volumes) {
    const directory = scene.kubelet.directoryOf(volume);
    const staging = stagingOf(volume);
    for (const place of [directory, staging]) expect(mountsWith(` ${place} `)).toHaveLength(1);
    const { device } = records().get(staging.slice(-32)) ?? {};
    expect([statSync(directory).dev, statSync(staging).dev]).toEqual([device, device]);
    expect(files(volume)).toEqual(holds);
    expect(readdirSync(directory).filter((name) => name.startsWith('..'))).toHaveLength(2);
  }
  const names = [...records().keys()].sort();
  expect(readdirSync(join(RUN, 'volumes')).sort()).toEqual(names);
  const ofVolumes = mountsWith('keyvault-flexvol ').filter((mount) => !mount.includes(` ${RECORDS} `));
  expect(ofVolumes).toHaveLength(volumes.size * 2);
  const strays = readdirSync(RECORDS).filter((name) => !names.includes(name.replace('.state', '')));
  expect(strays).toEqual([]);
  expect(readdirSync(join(RUN, 'locks'))).toEqual([]);
}

function openBelow(pid: number, directory: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      return []; // It has just been closed.
    }
  });
}

/** What happens while a rotation of the contended volume is held; answers what has to be mounted afterwards. */
async function comeAndGo(contended: PodVolume, leaving: PodVolume) {
  const { output, milliseconds } = await scene.kubelet.unmount(contended);
  expect(output).toBe(SUCCESS);
  // The rotation is held longer.
  expect(milliseconds).toBeLessThan(60_000);
  const again = volumeOf(scene, contended.pod, {
    options: { ...rotating, keyvaultobjectnames: 'multiline' },
  });
  const other = volumeOf(scene, 'other', { options: rotating, readOnly: true });
  // Both drivers are reading, or would be, when the first of them comes to its mount.
  const slow = { match: { role: 'vault' as const, path: 'multiline' }, action: { delayMs: 300 } };
  scene.azure.setFaults({ rules: [slow] });
  const results = await Promise.all([
    scene.kubelet.mount(again),
    scene.kubelet.mount(again),
    scene.kubelet.mount(other),
    scene.kubelet.unmount(leaving),
  ]);
  expect(results.map((result) => result.output)).toEqual([SUCCESS, SUCCESS, SUCCESS, SUCCESS]);
  return new Map([
    [again, { multiline: MULTILINE }],
    [other, { plain: 'plain value three' }],
  ]);
}

async function endAll(volumes: Iterable<PodVolume>): Promise<void> {
  for (const volume of volumes) expect((await scene.kubelet.unmount(volume)).output).toBe(SUCCESS);
  const pods = dirname(dirname(dirname(dirname(scene.kubelet.directoryOf({ pod: 'any', options: {} })))));
  expect(leftovers(pods)).toEqual([]);
}

async function contendedVolumes(inPlace: boolean): Promise<[PodVolume, PodVolume]> {
  setSecret('contended', 'first');
  const options = { ...rotating, keyvaultobjectnames: 'contended' };
  const contended = await mount('contended', {
    options: { ...options, ...(inPlace && { inplace: 'true' }) },
  });
  return [contended, await mount('leaving', { options: rotating })];
}

/**
 * The contended volume is unmounted and then mounted by two drivers at once, and others come and go, all
 * while the rotation of what was there first is held.
 */
async function playOut(agent: Agent, inPlace: boolean, hold: () => Promise<Hold>): Promise<void> {
  const [contended, leaving] = await contendedVolumes(inPlace);
  const old = openSync(stagingOf(contended), 'r');
  onTestFinished(() => closeSync(old));
  setSecret('contended', NEW);
  const { held, letGo } = await hold();
  const rotation = refresh('contended');
  await held();
  const mounted = await comeAndGo(contended, leaving);
  expectAlone(mounted);
  const before = [...mounted.keys()].map(fingerprints);
  await letGo();
  expect(await rotation).toMatchObject({ output: 'default/contended kv: gone', exitCode: 0 });
  expect([...mounted.keys()].map(fingerprints)).toEqual(before);
  expectAlone(mounted);
  // Neither the old files nor the new ones, for whoever still has the file system.
  expect(readdirSync(`/proc/self/fd/${old}`)).toEqual([]);
  expect(openBelow(agent.pid, join(RUN, 'volumes'))).toEqual([]);
  // And the new volume rotates as any other.
  scene.azure.clearFaults();
  setSecret('multiline', 'changed');
  expect((await refresh('contended')).output).toContain('default/contended kv: replaced');
  const [again] = mounted.keys();
  if (again) expect(files(again)).toEqual({ multiline: 'changed' });
  await endAll(mounted.keys());
}

describe('a volume is unmounted, and mounted by two drivers, while its rotation is held', () => {
  test('as it reads the vault', async () => {
    await playOut(await runAgent(), false, async () => {
      const slow = { match: { role: 'vault' as const, path: 'contended' }, action: { delayMs: 3000 } };
      scene.azure.setFaults({ rules: [slow] });
      scene.azure.clearRequests();
      const asked = () => scene.azure.requests().some(({ path }) => path.includes('contended'));
      return { held: () => vi.waitUntil(asked, 5000).then(() => undefined), letGo: () => undefined };
    });
  });

  /** Each is entered for the first time in a rotation by the step that is named. */
  const points = [
    ['as it makes the directory of the new files', 'mkdir', false],
    ['as it gives a new file its mode', 'fchmod', false],
    ['as it makes the link to the new files', 'symlink', false],
    ['as it exchanges the links', 'rename', false],
    ['as it removes the old files', 'unlink', false],
    ['as it rewrites a file in its place', 'pwrite64', true],
    ['as it cuts a file to its new length', 'ftruncate', true],
  ] as const;

  // Where the project's own checks run, strace has to be there.
  test.skipIf(!installed && process.env['CI'] === undefined).each(points)(
    '%s',
    async (_, syscall, inPlace) => {
      const agent = await runAgent();
      await playOut(agent, inPlace, async () => {
        const { held, letGo } = await holdAt(agent, syscall);
        const inVolume = async () => {
          await held();
          expect(openBelow(agent.pid, join(RUN, 'volumes'))).not.toEqual([]);
        };
        return { held: inVolume, letGo };
      });
    },
  );
});
