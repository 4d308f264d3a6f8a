import type { Measurement } from './measured-process.ts';
import type { GrowthRow } from './results.ts';
import type { Scene } from './scene.ts';
import { spreadOf } from './statistics.ts';

const counts = [1, 2, 5, 10, 25, 50, 100, 150, 200];
const latencies = [0, 30];

/** Mounts of ever more objects, driver and floor in turn. */
export async function measureGrowth(scene: Scene, runs: number): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  for (const latencyMs of latencies) {
    await scene.control.answerAfter(latencyMs);
    for (const objects of counts) {
      const volume = scene.volumes.of(`growth-${objects}`, objects);
      const kv: Measurement[] = [];
      const floor: Measurement[] = [];
      for (let run = 0; run < runs; run++) {
        kv.push(await scene.mount(scene.kubelet.driver, volume));
        await scene.unmount(volume);
        floor.push(await scene.mount(scene.floor, volume));
        await scene.clear(volume);
      }
      rows.push({ program: 'kv', objects, latencyMs, milliseconds: wall(kv) });
      rows.push({ program: 'floor', objects, latencyMs, milliseconds: wall(floor) });
    }
  }
  return rows;
}

function wall(measured: readonly Measurement[]) {
  return spreadOf(measured.map(({ milliseconds }) => milliseconds));
}
