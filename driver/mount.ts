import { renderFiles } from './forms/render.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import type { FilePermissions } from './options/items.ts';
import type { VolumeAccess } from './options/pod.ts';
import { type MountRequest, parseVolumeOptions } from './options/volume-options.ts';
import { enforcePolicy } from './policy/enforce.ts';
import type { ObjectReader, VolumeFile, VolumeForm, VolumeStore } from './ports.ts';
import type { Recorder } from './recorder.ts';

export interface MountPorts {
  readonly nodeConfig: NodeConfig;
  readonly volumes: VolumeStore;
  readonly reader: ObjectReader;
  readonly recorder: Recorder;
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
  const request = await parseVolumeOptions(json, ports.nodeConfig.clouds);
  ports.recorder.asked(request);
  const { policy } = ports.nodeConfig;
  enforcePolicy(policy, request);
  await ports.volumes.withVolume(target, signal, async (volume) => {
    if (volume.isPublished()) return;
    const files = await readFiles(request, policy?.enabled === true, ports.reader, signal);
    await volume.publish(files, formOf(request.access, request.permissions), signal);
  });
}

/** Everything that can fail for a reason outside this node happens here, before anything is written. */
async function readFiles(
  request: MountRequest,
  onlyItems: boolean,
  reader: ObjectReader,
  signal: AbortSignal,
): Promise<VolumeFile[]> {
  const { pod, identity, cloud, startStaleMs } = request;
  const items = request.items.map(({ origin, form, vault, fallbackVault, source, optional }) => ({
    origin,
    type: form.type,
    vault,
    fallbackVault,
    source,
    optional,
  }));
  const found = await reader.read({ pod, identity, cloud, items, onlyItems, startStaleMs }, signal);
  // A volume that lacks a file would start the pod all the same, so the reader is not taken at its word.
  for (const [index, { source, optional }] of items.entries()) {
    const count = found[index]?.length;
    if (count === undefined || (source.kind === 'named' && count !== 1 && !optional)) {
      throw new RangeError('the reader answered fewer or more objects than it was asked for');
    }
  }
  return renderFiles(request, found, signal);
}

/**
 * Permissions as a Kubernetes secret volume has them: 0644 root:root, or with a group 0640 and that group. The
 * option filegroup stands in for the pod's fsGroup in everything. The root of a writable volume belongs to the
 * group as kubelet's own handling would make it (SetVolumeOwnership).
 */
function formOf({ readOnly, fsGroup }: VolumeAccess, { mode, uid, gid }: FilePermissions): VolumeForm {
  const group = gid ?? fsGroup;
  return {
    readOnly,
    fileMode: mode ?? (group === undefined ? 0o644 : 0o640),
    uid: uid ?? 0,
    gid: group ?? 0,
    rootMode: group !== undefined && !readOnly ? 0o2775 : 0o755,
  };
}
