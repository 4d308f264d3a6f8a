import { renderFiles } from './forms/render.ts';
import type { NodeConfig } from './nodeconfig/schema.ts';
import type { FilePermissions } from './options/items.ts';
import type { VolumeAccess } from './options/pod.ts';
import { type MountRequest, parseVolumeOptions } from './options/volume-options.ts';
import type { ObjectReader, VolumeFile, VolumeForm, VolumeStore } from './ports.ts';

export interface MountPorts {
  readonly nodeConfig: NodeConfig;
  readonly volumes: VolumeStore;
  readonly reader: ObjectReader;
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
  const request = parseVolumeOptions(json, ports.nodeConfig.clouds);
  await ports.volumes.withVolume(target, signal, async (volume) => {
    if (volume.isPublished()) return;
    const files = await readFiles(request, ports.reader, signal);
    await volume.publish(files, formOf(request.access, request.permissions), signal);
  });
}

/** Everything that can fail for a reason outside this node happens here, before anything is written. */
async function readFiles(
  request: MountRequest,
  reader: ObjectReader,
  signal: AbortSignal,
): Promise<VolumeFile[]> {
  const { pod, identity, cloud } = request;
  const items = request.items.map(({ form, vault, fallbackVault, source, optional }) => ({
    type: form.type,
    vault,
    fallbackVault,
    source,
    optional,
  }));
  const found = await reader.read({ pod, identity, cloud, items }, signal);
  return renderFiles(request, found);
}

/**
 * Permissions as a Kubernetes secret volume has them: 0644 root:root, or with an fsGroup 0640 and that group.
 * The root of a writable volume belongs to the fsGroup as kubelet's own handling would make it (SetVolumeOwnership).
 */
function formOf({ readOnly, fsGroup }: VolumeAccess, { mode, uid, gid }: FilePermissions): VolumeForm {
  return {
    readOnly,
    fileMode: mode ?? (fsGroup === undefined ? 0o644 : 0o640),
    uid: uid ?? 0,
    gid: gid ?? fsGroup ?? 0,
    rootMode: fsGroup !== undefined && !readOnly ? 0o2775 : 0o755,
  };
}
