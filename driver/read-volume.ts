import { computeAlone } from './forms/breathe.ts';
import { renderFiles } from './forms/render.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import type { FilePermissions } from './options/items.ts';
import type { VolumeAccess } from './options/pod.ts';
import { type MountRequest, parseVolumeOptions } from './options/volume-options.ts';
import { enforcePolicy } from './policy/enforce.ts';
import type { Compute, FoundObject, ObjectReader, VolumeContents, VolumeForm } from './ports.ts';
import { summaryOf } from './record/summary-of.ts';
import type { AskedFor } from './recorder.ts';

/** What a reading works with, whoever reads. */
export interface ReadingPorts {
  readonly nodeConfig: Pick<NodeConfig, 'clouds' | 'policy' | 'rotation'>;
  /** Who reads what the policy has allowed. @throws DriverError when what the identity needs is not there */
  readerFor(request: MountRequest): ObjectReader | Promise<ObjectReader>;
  /** Is told what the volume asks for, once that is known. */
  readonly asked?: (what: AskedFor) => void;
  /** Runs what may take long. */
  readonly compute?: Compute;
}

export interface ReadVolume extends VolumeContents {
  readonly request: MountRequest;
}

/**
 * Reads the volume that kubelet's document asks for: the same function at a mount by the driver alone, at one by the node
 * agent, and at each rotation. Everything that can fail for a reason outside this node happens here, before anything is
 * written.
 * @param document a JSON object of strings, as kubelet passes it
 * @throws DriverError
 */
export async function readVolume(
  document: string,
  ports: ReadingPorts,
  signal: AbortSignal,
): Promise<ReadVolume> {
  const read = await beginReading(document, ports);
  return read(signal);
}

/**
 * The same in two parts, of which the first asks nobody and needs no volume:
 *   (1) parse the options, by the node configuration
 *   (2) enforce the node's policy
 *   (3) read all objects, or none
 *   (4) make files of them
 * @returns what does the rest
 * @throws DriverError `OptionsInvalid`, `PolicyDenied`
 */
export async function beginReading(
  document: string,
  { nodeConfig, readerFor, asked, compute = computeAlone }: ReadingPorts,
): Promise<(signal: AbortSignal) => Promise<ReadVolume>> {
  const { clouds, policy, rotation } = nodeConfig;
  const request = await compute(async (breathe) => {
    // (1)
    const parsed = await parseVolumeOptions(document, clouds);
    asked?.(askedForBy(parsed));
    await breathe();
    // (2)
    enforcePolicy(policy, parsed);
    return parsed;
  });
  return async (signal) => {
    // (3)
    const onlyItems = policy?.enabled === true;
    const found = await readItems(request, onlyItems, await readerFor(request), signal);
    // (4)
    const files = await compute((breathe) => renderFiles(request, found, signal, breathe));
    const form = formOf(request.access, request.permissions);
    return { request, files, summary: summaryOf(request, found, form, rotation) };
  };
}

async function readItems(
  request: MountRequest,
  onlyItems: boolean,
  reader: ObjectReader,
  signal: AbortSignal,
): Promise<FoundObject[][]> {
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
  return found;
}

/** What an event tells of a request. */
export function askedForBy({ identity, cloud, items }: MountRequest): AskedFor {
  return {
    identity: identity.kind,
    vaultSuffix: cloud.vaultSuffix,
    objects: items.map(({ form, vault, source }) =>
      source.kind === 'named'
        ? { type: form.type, name: source.name, vault, version: source.version }
        : { type: form.type, name: source.name ?? '*', vault },
    ),
  };
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
