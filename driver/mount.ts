import type { KubeletEnvironment } from './agent/protocol.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import { parseVolumeOptions } from './options/volume-options.ts';
import { enforcePolicy } from './policy/enforce.ts';
import type { ObjectReader, VolumeStore } from './ports.ts';
import { formOf, readVolume } from './read-volume.ts';
import { recordOf } from './record/record-of.ts';
import type { Recorder } from './recorder.ts';

export interface MountPorts {
  readonly nodeConfig: NodeConfig;
  readonly volumes: VolumeStore;
  readonly reader: ObjectReader;
  readonly recorder: Recorder;
  /** What the volume's record tells of this driver. */
  readonly self: { readonly environment: KubeletEnvironment; readonly driverVersion: string };
}

/**
 * Makes the volume that `json` asks for appear at `target`. Nothing is mounted when anything is wrong, and
 * what is mounted already is left as it is: kubelet repeats a call-out whose answer it did not see.
 */
export async function mount(
  target: string,
  json: string,
  ports: MountPorts,
  signal: AbortSignal,
): Promise<void> {
  const { policy, rotation, clouds } = ports.nodeConfig;
  const request = await parseVolumeOptions(json, clouds);
  ports.recorder.asked(request);
  enforcePolicy(policy, request);
  await ports.volumes.withVolume(target, signal, async (volume) => {
    if (volume.isPublished()) return;
    const { found, files } = await readVolume(request, policy, ports.reader, signal);
    const form = formOf(request.access, request.permissions);
    const record = recordOf({ json, request, found, form, rotation, ...ports.self });
    await volume.publish(files, form, record, signal);
  });
}
