import { env } from 'node:process';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import { InstallerLab } from '../security/kill/installer.ts';
import { planSyscallKills } from '../security/kill/plan.ts';
import { samples } from '../security/kill/samples.ts';
import { type Kill, tryKill } from '../security/kill/sweep.ts';
import { setScene } from './scene.ts';

// A sample of the kills of e2e/security/kill-sweep.ts.

const scene = setScene();
const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;
/** Where the project's own checks run, strace has to be there. */
const withStrace = test.skipIf(!installed && env['CI'] === undefined);

/** Evenly spread, from where the run's seed says; in a long run four times as many. */
function sampleOf<T>(items: readonly T[], count: number): T[] {
  const tried = Math.min(items.length, inject('isLong') ? 4 * count : count);
  const step = items.length / tried;
  const first = inject('seed') % Math.ceil(step);
  return Array.from(
    { length: tried },
    (_, index) => items[Math.floor(first + index * step) % items.length] as T,
  );
}

async function faultsAfter(kills: readonly Kill[]): Promise<string[]> {
  const found: string[] = [];
  for (const kill of kills) {
    const outcome = await tryKill(scene.kubelet, kill);
    if (!outcome.reached) found.push(`${outcome.kill}: not killed`);
    found.push(...outcome.faults.map((fault) => `${outcome.kill}: ${fault}`));
  }
  return found;
}

describe('whatever kubelet does next ends well when the driver is killed', { timeout: 900_000 }, () => {
  withStrace('as it enters a system call', async () => {
    const kills = await planSyscallKills(scene.kubelet, samples(scene.azure.seed));
    expect(await faultsAfter(sampleOf(kills, 24))).toEqual([]);
  });
});

withStrace(
  'an installer that is killed leaves whole files, and the next one completes them',
  { timeout: 900_000 },
  async () => {
    const lab = new InstallerLab();
    const kills = await lab.plan();
    const outcomes = [];
    for (const kill of sampleOf(kills, 16)) outcomes.push(await lab.tryKill(kill));
    lab.remove();
    expect(outcomes.flatMap(({ kill, faults }) => faults.map((fault) => `${kill}: ${fault}`))).toEqual([]);
    expect(outcomes.filter(({ reached }) => reached).length).toBeGreaterThan(8);
  },
);
