import { fileBytes } from './keyvault/formats/file-bytes.ts';
import type { NodeConfig } from './nodeconfig/schema.ts';
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
    await volume.publish(files, formOf(request.access), signal);
  });
}

/** Everything that can fail for a reason outside this node happens here, before anything is written. */
async function readFiles(
  request: MountRequest,
  reader: ObjectReader,
  signal: AbortSignal,
): Promise<VolumeFile[]> {
  const { pod, identity, cloud, vault } = request;
  const references = request.objects.map(({ type, name, version }) => ({ vault, type, name, version }));
  const objects = await reader.read({ pod, identity, cloud, objects: references }, signal);
  return request.objects.map(({ file }, index) => {
    const object = objects[index];
    if (object === undefined) throw new RangeError('the reader answered fewer objects than asked for');
    return { path: file, bytes: fileBytes(object) };
  });
}

/**
 * Permissions as a Kubernetes secret volume has them: 0644 root:root, or with an fsGroup 0640 and that group.
 * The root of a writable volume belongs to the fsGroup as kubelet's own handling would make it (SetVolumeOwnership).
 */
function formOf({ readOnly, fsGroup }: VolumeAccess): VolumeForm {
  return {
    readOnly,
    fileMode: fsGroup === undefined ? 0o644 : 0o640,
    uid: 0,
    gid: fsGroup ?? 0,
    rootMode: fsGroup !== undefined && !readOnly ? 0o2775 : 0o755,
  };
}
