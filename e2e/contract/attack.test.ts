// Containers that attack whoever works on their volume: the node agent in a rotation, the driver at an unmount. The attacker
// is a program of its own, user 1000 without capabilities, and strikes at each event that it sees in its volume.
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../lab/agent.ts';
import {
  type Attack,
  type AttackReport,
  buildAttacker,
  prepareVolume,
  underAttack,
} from '../lab/attacker.ts';
import { mountsWith, type PodVolume } from '../lab/kubelet.ts';
import { orderRefresh } from '../lab/order-refresh.ts';
import { rotatingOn } from './rotating.ts';
import { setScene } from './scene.ts';

const scene = setScene();
const { configure, runAgent, mount, setSecret, files } = rotatingOn(scene);
const attacker = await buildAttacker();

/** `ATTACKS=500` makes so many rotations and unmounts under attack, and writes down what was found. */
const COUNT = Number(env['ATTACKS'] ?? 36);
const SUCCESS = '{"status":"Success"}\n';
const DEPTH = env['ATTACKS'] === undefined ? 2000 : 12_000;
const FOREIGN = 'of another pod, or the driver itself';
/** Memory that any of this may cost the agent beside what rotations cost it anyway, in KiB. */
const AGENT_GROWTH_KIB = 8 * 1024;

const attacks = [
  ...['link', 'link-new', 'link-data', 'link-file', 'pipe', 'pipe-file'],
  ...['directory', 'hard-link', 'rename', 'rename-new', 'mount'],
];

beforeEach(() => configure({ keepServicePrincipals: true }));

/** Mounts a volume whose files are user 1000's, the one file being `kv`. */
function mountWritable(pod: string, inPlace: boolean): Promise<PodVolume> {
  return mount(pod, {
    options: {
      rotationinterval: '7d',
      keyvaultobjectnames: 'attacked',
      keyvaultobjectaliases: 'kv',
      fileuser: '1000',
      ...(inPlace && { inplace: 'true' }),
    },
  });
}

/** A directory as the driver's, which a link of the attacker's leads to. */
function makeOutside(): string {
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  writeFileSync(join(outside, 'kv'), FOREIGN, { mode: 0o600 });
  mkdirSync(join(outside, 'below'));
  writeFileSync(join(outside, 'below', 'kv'), FOREIGN, { mode: 0o600 });
  return outside;
}

/** Everything that shows whether anything in a directory was touched. */
function lookOf(directory: string): string {
  const names = ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })].sort();
  const look = names.map((name) => {
    const stats = lstatSync(join(directory, name));
    const { ino, mode, uid, gid, nlink, mtimeMs, ctimeMs } = stats;
    const content = stats.isFile() ? readFileSync(join(directory, name), 'utf8') : '';
    return { name, ino, mode, uid, gid, nlink, mtimeMs, ctimeMs, content };
  });
  return JSON.stringify(look);
}

/** Files below a directory that hold what is of others. No link is followed, which Node's recursive `readdir` does. */
function foreignIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return foreignIn(path);
    return entry.isFile() && readFileSync(path, 'utf8').includes(FOREIGN) ? [path] : [];
  });
}

/** The agent itself, which `unshare` started. */
function processOf({ pid }: Agent): number {
  const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return child === '' ? pid : Number(child);
}

/** Gives by how many KiB the most memory that the agent ever had has grown since (VmHWM of proc_pid_status(5)). */
function growthOf(agent: Agent): () => number {
  const peak = () =>
    Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${processOf(agent)}/status`, 'utf8'))?.[1]);
  const before = peak();
  return () => peak() - before;
}

const refresh = (pod: string) => orderRefresh({ namespace: 'default', name: pod });

interface Round {
  readonly attack: Attack;
  readonly inPlace: boolean;
}

/** Every attack at every event, for as long as there are rounds left; spread over both kinds where they are few. */
function* rounds(count: number, outside: string, events: number): Generator<Round> {
  const all = Array.from({ length: events }, (_, index) => index + 1).flatMap((event) =>
    attacks.flatMap((name) =>
      [0, 3].flatMap((hold) =>
        [true, false].map((inPlace) => ({ attack: { name, outside, event, hold }, inPlace })),
      ),
    ),
  );
  for (let round = 0; round < count; round++) {
    // Steps that have no divisor in common with the number of rounds: each is taken once before any is taken again.
    const step = count < all.length ? stepFor(all.length, count) : 1;
    const next = all[(round * step) % all.length];
    if (next !== undefined) yield next;
  }
}

function stepFor(length: number, count: number): number {
  const divisor = (one: number, other: number): number => (other === 0 ? one : divisor(other, one % other));
  let step = Math.floor(length / count);
  while (divisor(step, length) !== 1) step++;
  return step;
}

const calmIn = (outside: string): Attack => ({ name: 'link', outside, event: 0, hold: 0 });

/** How often each attack struck. */
class Strikes {
  readonly #counts = new Map<string, number>();

  add(name: string, { struck }: AttackReport): void {
    if (struck) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get sum(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  toString(): string {
    return [...this.#counts].map(([name, count]) => `${name} ${count}`).join(', ');
  }
}

/** Two volumes that are attacked, one of which is rewritten in place, and the directory outside. */
async function setStage() {
  const agent = await runAgent();
  // The attacker is awake before the agent goes on, as often as can be.
  setPriority(processOf(agent), constants.priority.PRIORITY_LOW);
  const outside = makeOutside();
  setSecret('attacked', 'first');
  const podOf = (inPlace: boolean) => (inPlace ? 'in-place' : 'exchanged');
  const volumes = [await mountWritable('exchanged', false), await mountWritable('in-place', true)] as const;
  const volumeOf = (inPlace: boolean) => volumes[inPlace ? 1 : 0];
  const rotateUnder = (inPlace: boolean, attack: Attack) =>
    underAttack(attacker, scene.kubelet.directoryOf(volumeOf(inPlace)), attack, () =>
      refresh(podOf(inPlace)),
    );
  let events = 0;
  for (let calm = 0; calm < 8; calm++) {
    setSecret('attacked', `undisturbed ${calm}`);
    const [, report] = await rotateUnder(calm % 2 === 0, calmIn(outside));
    events = Math.max(events, report.events);
  }
  let before = lookOf(outside);
  let round = 0;
  const strikes = new Strikes();
  const faults: string[] = [];
  return {
    events,
    outside,
    strikes,
    faults,
    growth: growthOf(agent),
    /** One rotation under attack, and one after it, which leaves the vault's files and nothing else. */
    async attack({ attack, inPlace }: Round): Promise<void> {
      const what = `${podOf(inPlace)}: ${attack.name} at ${attack.event}, held ${attack.hold}`;
      round += 1;
      setSecret('attacked', `value ${round}`);
      const [outcomes, report] = await rotateUnder(inPlace, attack);
      strikes.add(attack.name, report);
      const foreign = foreignIn(scene.kubelet.directoryOf(volumeOf(inPlace)));
      if (foreign.length > 0) faults.push(`${what}: foreign content in the volume`);
      const look = lookOf(outside);
      if (look !== before) faults.push(`${what}: something outside was touched`);
      before = look;
      setSecret('attacked', `value after ${round}`);
      const next = await refresh(podOf(inPlace));
      const found = files(volumeOf(inPlace))['kv'];
      if (found !== `value after ${round}`)
        faults.push(`${what}: ${JSON.stringify({ outcomes, next, found })}`);
    },
    async end(): Promise<void> {
      for (const volume of volumes) expect((await scene.kubelet.unmount(volume)).output).toBe(SUCCESS);
    },
  };
}

test('a link in the place of the files’ directory leads no rotation in place out of the volume, at whatever event', {
  timeout: 900_000,
}, async () => {
  const { events, outside, strikes, faults, attack, end } = await setStage();
  for (let event = 1; event <= events; event++)
    await attack({ attack: { name: 'link', outside, event, hold: 0 }, inPlace: true });
  console.log(`a link at each of ${events} events: ${strikes.sum} struck, ${faults.length} faults`);
  expect(faults).toEqual([]);
  expect(strikes.sum).toBeGreaterThan(events / 4);
  await end();
});

test('a rotation under attack touches nothing outside, brings nothing foreign in, and the next one completes it', {
  timeout: 3_600_000,
}, async () => {
  const { events, outside, strikes, faults, growth, attack, end } = await setStage();
  let tried = 0;
  for (const round of rounds(COUNT, outside, events)) {
    await attack(round);
    tried += 1;
    if (faults.length > 20) break;
  }
  const growthKib = growth();
  console.log(
    `${tried} rotations under attack at ${events} events: ${strikes.sum} struck (${strikes}), ${faults.length} faults, the agent grew by ${growthKib} KiB`,
  );
  record('rotation-attack', { tried, struck: strikes.sum, failed: faults.length, growthKib });
  expect(faults).toEqual([]);
  expect(strikes.sum).toBeGreaterThan(tried / 4);
  expect(growthKib).toBeLessThan(AGENT_GROWTH_KIB);
  await end();
});

test('an unmount under attack touches nothing outside and ends', { timeout: 3_600_000 }, async () => {
  const outside = makeOutside();
  let before = lookOf(outside);
  setSecret('attacked', 'to be unmounted');
  const unmountUnder = async (attack: Attack) => {
    const volume = await mountWritable('unmounted', false);
    const unmount = () => scene.kubelet.unmount(volume);
    const [{ output }, report] = await underAttack(
      attacker,
      scene.kubelet.directoryOf(volume),
      attack,
      unmount,
    );
    return { output, report };
  };
  const { report: calm } = await unmountUnder(calmIn(outside));
  const faults: string[] = [];
  const strikes = new Strikes();
  let tried = 0;
  for (const { attack } of rounds(Math.ceil(COUNT / 3), outside, calm.events)) {
    const { output, report } = await unmountUnder(attack);
    strikes.add(attack.name, report);
    const what = `${attack.name} at ${attack.event}, held ${attack.hold}`;
    if (output !== SUCCESS) faults.push(`${what}: ${output}`);
    const look = lookOf(outside);
    if (look !== before) faults.push(`${what}: something outside was touched`);
    before = look;
    if (mountsWith('keyvault-flexvol').length > 0) faults.push(`${what}: a mount is left`);
    tried += 1;
  }
  console.log(
    `${tried} unmounts under attack at ${calm.events} events: ${strikes.sum} struck (${strikes}), ${faults.length} faults`,
  );
  record('unmount-attack', { tried, struck: strikes.sum, failed: faults.length });
  expect(faults).toEqual([]);
});

describe('files that a container made cost the agent no memory, and its volume rotates:', () => {
  test.each([
    ['directories in directories', 'deep', DEPTH],
    ['tens of thousands of entries', 'many', 60_000],
    ['a file of 1000 GiB', 'sparse', 1000],
  ])('%s', { timeout: 300_000 }, async (_, name, count) => {
    const agent = await runAgent();
    for (const inPlace of [false, true]) {
      setSecret('attacked', 'first');
      const volume = await mountWritable(`${name}-${inPlace}`, inPlace);
      for (let calm = 0; calm < 3; calm++) {
        setSecret('attacked', `before ${inPlace} ${calm}`);
        await refresh(volume.pod);
      }
      await prepareVolume(attacker, scene.kubelet.directoryOf(volume), name, count);
      const growthSince = growthOf(agent);
      setSecret('attacked', `after ${inPlace}`);
      const [outcome] = await refresh(volume.pod);
      const growth = growthSince();
      console.log(`${name} ${count}, ${inPlace ? 'in place' : 'exchanged'}: the agent grew by ${growth} KiB`);
      expect(outcome?.result).toBe('replaced');
      expect(files(volume)).toEqual({ kv: `after ${inPlace}` });
      expect(growth).toBeLessThan(AGENT_GROWTH_KIB);
      expect((await scene.kubelet.unmount(volume)).output).toBe(SUCCESS);
    }
  });
});

describe('an unmount leaves nothing in a copy of the mount:', () => {
  const copy = '/run/copy';

  async function expectEmptied(prepare: (directory: string) => Promise<unknown>): Promise<void> {
    setSecret('attacked', 'copied');
    const volume = await mountWritable('copied', false);
    const directory = scene.kubelet.directoryOf(volume);
    mkdirSync(copy, { recursive: true });
    await execa('mount', ['--bind', directory, copy]);
    await prepare(directory);
    expect((await scene.kubelet.unmount(volume)).output).toBe(SUCCESS);
    expect(readdirSync(copy)).toEqual([]);
  }

  test.each([
    ['names that are not UTF-8', 'not-utf-8', 3],
    ['directories of any depth', 'deep', DEPTH],
    ['tens of thousands of entries', 'many', 60_000],
  ])('%s', { timeout: 300_000 }, (_, name, count) =>
    expectEmptied((directory) => prepareVolume(attacker, directory, name, count)),
  );

  test('files and directories that were made immutable', async ({ skip }) => {
    // tmpfs has such flags since Linux 6.6.
    if (!(await knowsFlags())) skip('no flags in this kernel’s tmpfs, or no chattr');
    await expectEmptied(async (directory) => {
      mkdirSync(join(directory, 'kept/deep'), { recursive: true });
      for (const name of ['file', 'kept/file', 'kept/deep/file'])
        writeFileSync(join(directory, name), 'kept');
      const payload = readlinkSync(join(directory, '..data'));
      const fixed = [`${payload}/kv`, payload, 'file', 'kept/deep/file', 'kept/deep', 'kept'];
      await execa('chattr', ['+i', ...fixed.map((name) => join(directory, name))]);
      await execa('chattr', ['+a', directory]);
    });
  });

  async function knowsFlags(): Promise<boolean> {
    writeFileSync('/run/flags', '');
    const { failed } = await execa('chattr', ['+i', '/run/flags'], { reject: false });
    await execa('chattr', ['-i', '/run/flags'], { reject: false });
    return !failed;
  }
});

/** For the table of docs/security.md (e2e/security/report.ts), where the long run was asked for. */
function record(name: string, found: object): void {
  if (env['ATTACKS'] === undefined) return;
  const command = `ATTACKS=${COUNT} node e2e/lab/enter.ts vitest run --project contract attack`;
  mkdirSync('dist/security', { recursive: true });
  writeFileSync(`dist/security/${name}.json`, `${JSON.stringify({ ...found, command }, undefined, 2)}\n`);
}
