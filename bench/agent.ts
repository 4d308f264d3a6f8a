import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Agent, startAgent } from '../e2e/lab/agent.ts';
import { cpuOf } from './azure-control.ts';
import type { Measurement } from './measured-process.ts';
import type { AgentRow } from './results.ts';
import type { Scene } from './scene.ts';
import { spreadOf } from './statistics.ts';

const latencies = [0, 30];
const OBJECTS = 8;
/** Pods of one identity with the same objects. */
const PODS = 50;
/** A node that was just started has other work before its first pod. */
const REST_MS = 1500;
/** So many of them are in the picture. */
const SHOWN = 15;

/** Mounts by the node agent: the first one of an identity, the ones that follow, and what the agent then takes. */
export async function measureAgent(scene: Scene, runs: number): Promise<AgentRow[]> {
  const rows: AgentRow[] = [];
  for (const latencyMs of latencies) {
    await scene.control.answerAfter(latencyMs);
    const cold: Measurement[] = [];
    const first: Measurement[] = [];
    const following: Measurement[] = [];
    const agentCpu: number[] = [];
    const inTurn = Array.from({ length: SHOWN }, (): number[] => []);
    let row: Pick<AgentRow, 'requests' | 'residentMegabytes' | 'privateMegabytes'> | undefined;
    for (let run = 0; run < Math.ceil(runs / 5); run++) {
      const agent = await startAgent(scene.kubelet, { environment: {} });
      try {
        // The first question of an agent's life is one of another identity.
        await setTimeout(REST_MS);
        cold.push(await mountOnce(scene, 'warm-up', 'managed identity'));
        await scene.control.answerAfter(latencyMs);
        first.push(await mountOnce(scene, 'first'));
        inTurn[0]?.push(first.at(-1)?.milliseconds ?? 0);
        for (let pod = 1; pod < PODS; pod++) {
          const before = cpuOf(agent.pid);
          following.push(await mountOnce(scene, `following-${pod}`));
          agentCpu.push(cpuOf(agent.pid) - before);
          inTurn[pod]?.push(following.at(-1)?.milliseconds ?? 0);
        }
        const { total } = await scene.control.counts();
        row ??= { requests: total, ...memoryOf(agent) };
      } finally {
        await agent.stop();
      }
    }
    if (row === undefined) throw new Error('nothing was run');
    rows.push({
      latencyMs,
      ...row,
      cold: spreadOf(cold.map(({ milliseconds }) => milliseconds)),
      first: spreadOf(first.map(({ milliseconds }) => milliseconds)),
      following: spreadOf(following.map(({ milliseconds }) => milliseconds)),
      driverCpu: spreadOf(following.map(({ cpuMilliseconds }) => cpuMilliseconds)),
      agentCpu: spreadOf(agentCpu),
      inTurn: inTurn.map((each) => spreadOf(each).median),
    });
  }
  return rows;
}

async function mountOnce(scene: Scene, pod: string, identity?: 'managed identity'): Promise<Measurement> {
  const volume = scene.volumes.of(`agent-${pod}`, OBJECTS, identity);
  const measurement = await scene.mount(scene.kubelet.driver, volume);
  await scene.unmount(volume);
  return measurement;
}

function memoryOf({ pid }: Agent): Pick<AgentRow, 'residentMegabytes' | 'privateMegabytes'> {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]);
  return {
    residentMegabytes: kilobytes('Rss') / 1000,
    privateMegabytes: (kilobytes('Private_Dirty') + kilobytes('Private_Clean')) / 1000,
  };
}
