import type { VolumeStore } from './ports.ts';

/** Takes the volume at `target` away. Needs no network, no pod and no configuration, so it works on a node's worst day. */
export async function unmount(target: string, volumes: VolumeStore, signal: AbortSignal): Promise<void> {
  await volumes.withVolume(target, signal, (volume) => volume.remove());
}
