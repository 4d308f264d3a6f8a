import { computeAlone } from './forms/breathe.ts';
import { renderFiles } from './forms/render.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import type { FilePermissions } from './options/items.ts';
import type { VolumeAccess } from './options/pod.ts';
import type { MountRequest } from './options/volume-options.ts';
import type { Compute, FoundObject, ObjectReader, VolumeFile, VolumeForm } from './ports.ts';

/**
 * Reads a volume's objects and makes files of them: at a mount, and again at each rotation. Everything that can fail for
 * a reason outside this node happens here, before anything is written.
 * @param policy has allowed the request
 * @param compute runs what may take long
 * @throws DriverError as reader and forms do
 */
export async function readVolume(
  request: MountRequest,
  policy: NodeConfig['policy'],
  reader: ObjectReader,
  signal: AbortSignal,
  compute: Compute = computeAlone,
): Promise<{ found: FoundObject[][]; files: VolumeFile[] }> {
  const { pod, identity, cloud, startStaleMs } = request;
  const items = request.items.map(({ origin, form, vault, fallbackVault, source, optional }) => ({
    origin,
    type: form.type,
    vault,
    fallbackVault,
    source,
    optional,
  }));
  const onlyItems = policy?.enabled === true;
  const found = await reader.read({ pod, identity, cloud, items, onlyItems, startStaleMs }, signal);
  // A volume that lacks a file would start the pod all the same, so the reader is not taken at its word.
  for (const [index, { source, optional }] of items.entries()) {
    const count = found[index]?.length;
    if (count === undefined || (source.kind === 'named' && count !== 1 && !optional)) {
      throw new RangeError('the reader answered fewer or more objects than it was asked for');
    }
  }
  return { found, files: await compute((breathe) => renderFiles(request, found, signal, breathe)) };
}

/**
 * Permissions as a Kubernetes secret volume has them: 0644 root:root, or with a group 0640 and that group. The
 * option filegroup stands in for the pod's fsGroup in everything. The root of a writable volume belongs to the
 * group as kubelet's own handling would make it (SetVolumeOwnership).
 */
export function formOf({ readOnly, fsGroup }: VolumeAccess, { mode, uid, gid }: FilePermissions): VolumeForm {
  const group = gid ?? fsGroup;
  return {
    readOnly,
    fileMode: mode ?? (group === undefined ? 0o644 : 0o640),
    uid: uid ?? 0,
    gid: group ?? 0,
    rootMode: group !== undefined && !readOnly ? 0o2775 : 0o755,
  };
}
