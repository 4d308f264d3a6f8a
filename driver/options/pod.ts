import type { Faults } from './faults.ts';
import { kubeletKeys } from './keys.ts';
import { isNumericId } from './numeric-id.ts';

/** What kubelet says of the pod; see the trust boundary in keys.ts. */
export interface PodContext {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly serviceAccountName: string;
}

/** How the volume's files are to be owned and shown. */
export interface VolumeAccess {
  readonly readOnly: boolean;
  /** The pod's fsGroup, a numeric group id; undefined when the pod has none. */
  readonly fsGroup: number | undefined;
}

/** Reads what kubelet wrote. The older spellings of the community's documentation are taken too. */
export function readPodContext(raw: Readonly<Record<string, string>>): PodContext {
  return {
    name: raw[kubeletKeys.podName] ?? '',
    namespace: raw[kubeletKeys.podNamespace] ?? '',
    uid: raw[kubeletKeys.podUid] ?? raw['kubernetes.io/pod.UID'] ?? '',
    serviceAccountName: raw[kubeletKeys.serviceAccountName] ?? '',
  };
}

/** The pod of kubelet's document, without parsing the options; empty names where the document does not tell. */
export function podOfDocument(json: string): PodContext {
  try {
    const raw: unknown = JSON.parse(json);
    const isText = ([, value]: [string, unknown]) => typeof value === 'string';
    return readPodContext(Object.fromEntries(Object.entries(raw as object).filter(isText)));
  } catch {
    return readPodContext({});
  }
}

export function readVolumeAccess(raw: Readonly<Record<string, string>>, faults: Faults): VolumeAccess {
  const readWrite = raw[kubeletKeys.readWrite] ?? 'rw';
  if (readWrite !== 'ro' && readWrite !== 'rw') faults.add(kubeletKeys.readWrite, 'must be "ro" or "rw"');
  const fsGroup = raw[kubeletKeys.fsGroup] ?? raw['kubernetes.io/fsGroup'];
  if (fsGroup !== undefined && !isNumericId(fsGroup)) {
    faults.add(kubeletKeys.fsGroup, 'must be a numeric group id');
    return { readOnly: readWrite === 'ro', fsGroup: undefined };
  }
  return { readOnly: readWrite === 'ro', fsGroup: fsGroup === undefined ? undefined : Number(fsGroup) };
}
