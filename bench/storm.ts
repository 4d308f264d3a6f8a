import type { StormRow } from './results.ts';
import { availableMegabytes, type Scene } from './scene.ts';

/** How often MemAvailable is looked at. */
const WATCH_MS = 20;

/**
 * Mounts many volumes of eight objects at once, as kubelet does after a reboot of the node: it has no bound.
 * @param program the driver unless named
 */
export async function measureStorm(
  scene: Scene,
  mounts: number,
  program = scene.kubelet.driver,
): Promise<StormRow> {
  const { control } = scene;
  const volumes = Array.from({ length: mounts }, (_, index) => scene.volumes.of(`storm-${index}`, 8));
  await control.answerAfter(0);
  const resting = availableMegabytes();
  let lowest = resting;
  const watch = setInterval(() => {
    lowest = Math.min(lowest, availableMegabytes());
  }, WATCH_MS);
  const mockCpu = control.cpuMilliseconds();
  const begun = performance.now();
  const results = await Promise.allSettled(volumes.map((volume) => scene.mount(program, volume)));
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(watch);
  const mockCpuSeconds = (control.cpuMilliseconds() - mockCpu) / 1000;
  for (const volume of volumes) await scene.unmount(volume, program);
  const mounted = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return {
    mounts,
    seconds,
    slowestSeconds: Math.max(...mounted.map(({ milliseconds }) => milliseconds)) / 1000,
    failed: mounts - mounted.length,
    cpuSeconds: mounted.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0) / 1000,
    mockCpuSeconds,
    memoryMegabytes: resting - lowest,
  };
}
