import type { PodVolume } from '../e2e/lab/kubelet.ts';
import type { Measurement } from './measured-process.ts';
import type { CallOutRow, RequestsRow } from './results.ts';
import type { Scene } from './scene.ts';
import { spreadOf } from './statistics.ts';
import { type Identity, identities } from './volumes.ts';

/** The first ones also read the executable from the disk. */
const WARM_UP_RUNS = 2;
const latencies = [0, 10, 30];
const counts = [1, 8, 50];
/** So long does Azure take for an answer where round trips are told apart: requests at once then overlap. */
const LATENCY_TO_COUNT_MS = 200;

interface Case {
  readonly row: Pick<CallOutRow, 'callOut' | 'program' | 'identity' | 'objects'>;
  readonly run: () => Promise<Measurement>;
  readonly measured: Measurement[];
  mockCpu: number;
}

/** Each call-out as a whole process, taking turns, so that all see the same moods of the machine. */
export async function measureCallOuts(scene: Scene, runs: number): Promise<CallOutRow[]> {
  const rows: CallOutRow[] = [];
  for (const latencyMs of latencies) {
    await scene.control.answerAfter(latencyMs);
    const cases = await casesOf(scene, latencyMs === 0);
    for (let run = -WARM_UP_RUNS; run < runs; run++)
      for (const one of cases) await turn(scene, one, run >= 0);
    rows.push(...cases.map((one) => ({ ...one.row, latencyMs, ...summaryOf(one) })));
  }
  return rows;
}

async function casesOf(scene: Scene, withoutAzure: boolean): Promise<Case[]> {
  const cases: Case[] = [];
  const add = (row: Case['row'], run: Case['run']) => cases.push({ row, run, measured: [], mockCpu: 0 });
  const absent = scene.volumes.of('absent', 1);
  const mounted = scene.volumes.of('mounted', 8);
  if (withoutAzure) {
    add({ callOut: 'init', program: 'floor', objects: 0 }, () => scene.empty());
    add({ callOut: 'init', program: 'kv', objects: 0 }, () => scene.init());
    add({ callOut: 'unmount', program: 'kv', objects: 0 }, () => scene.unmount(absent));
    add({ callOut: 'unmount', program: 'kv', objects: 8 }, async () => {
      await scene.mount(scene.kubelet.driver, mounted);
      return scene.unmount(mounted);
    });
  }
  for (const objects of counts) {
    for (const identity of identities) {
      const volume = await volumeOf(scene, objects, identity);
      add({ callOut: 'mount', program: 'kv', identity, objects }, async () => {
        const measurement = await scene.mount(scene.kubelet.driver, volume);
        await scene.unmount(volume);
        return measurement;
      });
    }
    const volume = scene.volumes.of(`floor-${objects}`, objects);
    add({ callOut: 'mount', program: 'floor', identity: 'service principal', objects }, async () => {
      const measurement = await scene.mount(scene.floor, volume);
      await scene.clear(volume);
      return measurement;
    });
  }
  return cases;
}

const projected = new Set<string>();

async function volumeOf(scene: Scene, objects: number, identity: Identity): Promise<PodVolume> {
  const volume = scene.volumes.of(`${identity.replace(' ', '-')}-${objects}`, objects, identity);
  if (identity === 'workload identity' && !projected.has(volume.pod)) {
    await scene.volumes.projectToken(volume);
    projected.add(volume.pod);
  }
  return volume;
}

async function turn(scene: Scene, one: Case, counts: boolean): Promise<void> {
  const before = scene.control.cpuMilliseconds();
  const measurement = await one.run();
  if (!counts) return;
  one.mockCpu += scene.control.cpuMilliseconds() - before;
  one.measured.push(measurement);
}

function summaryOf({ measured, mockCpu }: Case) {
  return {
    milliseconds: spreadOf(measured.map((each) => each.milliseconds)),
    cpuMilliseconds: spreadOf(measured.map((each) => each.cpuMilliseconds)),
    peakMegabytes: spreadOf(measured.map((each) => each.peakBytes / 1e6)),
    mockCpuMilliseconds: mockCpu / measured.length,
  };
}

/** What a mount asks of Azure. */
export async function countRequests(scene: Scene): Promise<RequestsRow[]> {
  const rows: RequestsRow[] = [];
  for (const identity of identities) {
    for (const objects of counts) {
      const volume = await volumeOf(scene, objects, identity);
      await scene.control.answerAfter(LATENCY_TO_COUNT_MS);
      await scene.mount(scene.kubelet.driver, volume);
      const { total, depth, connections } = await scene.control.counts();
      await scene.unmount(volume);
      rows.push({ identity, objects, requests: total, inSequence: depth, connections });
    }
  }
  return rows;
}
