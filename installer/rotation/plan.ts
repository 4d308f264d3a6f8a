import {
  type NodeRotation,
  type RotationRequest,
  rotationIntervalOf,
} from '../../driver/options/rotation.ts';
import type { PlacedRecord } from '../../driver/record/record.ts';
import type { Standing } from './standing.ts';

/** Why a mounted volume stays as it is. */
export const reasons = {
  'not-asked':
    'no interval is set; set the option rotationinterval, or agent.rotation.defaultInterval of the chart',
  'list-not-default':
    'the predecessor’s lists (keyvaultobjectnames) do not follow the node’s default interval; set the option rotationinterval',
  off: 'the option rotationinterval is off',
  pinned: 'every object has a version, which never changes',
  'secret-not-kept':
    'the node keeps no service principals; set agent.rotation.keepServicePrincipals of the chart, then restart the pod',
  'secret-left-out': 'it was mounted before it was to rotate, so its Secret was not kept; restart the pod',
  'secret-not-for-rotation':
    'its Secret is kept only where the volume is to rotate; set the option rotationinterval, then restart the pod',
  'proxy-left-out':
    'it was mounted before it was to rotate, so kubelet’s proxy, which has a password, was not kept; restart the pod, or set httpsProxy of nodeConfig',
  'token-not-seen': 'the agent does not see the token of its pod (agent.rotation.kubeletPodsDirectory)',
  'arc-key-not-seen':
    'its identity is Azure Arc’s, which is proved by a key file that only the driver sees; use workload identity or a service principal',
} as const;
export type Reason = keyof typeof reasons;

/** Of a volume that is read until it is fresh, the tries after a failure are what counts. */
const LONGEST_INTERVAL_SECONDS = 7 * 86_400;

export type Plan =
  | { readonly rotates: true; readonly intervalSeconds: number }
  | { readonly rotates: false; readonly why: Reason };

/** The part of a record that says whether and how often. */
export interface Planned
  extends Pick<PlacedRecord, 'rotation' | 'secret' | 'identity' | 'arcIdentity' | 'proxyLeftOut'> {
  /** Is kubelet's directory of the pod to be seen from here? The token of its service account is there. */
  readonly seesPod: boolean;
}

/** @param standing one that started with what was known of old is read until it is fresh, whether it rotates or not */
export function planOf(
  record: Planned,
  node: NodeRotation,
  { awaitsFresh }: Pick<Standing, 'awaitsFresh'>,
): Plan {
  const interval = rotationIntervalOf(record.rotation, node);
  const why = whyNotReadable(record, node);
  if (interval === 'off') {
    const isDueOnce = awaitsFresh && why === undefined;
    return isDueOnce
      ? { rotates: true, intervalSeconds: LONGEST_INTERVAL_SECONDS }
      : { rotates: false, why: whyOff(record.rotation, node) };
  }
  return why === undefined ? { rotates: true, intervalSeconds: interval / 1000 } : { rotates: false, why };
}

/** What keeps a volume from being read again, at its time or on demand. */
export function whyNotReadable(
  { identity, arcIdentity, secret, seesPod, rotation, proxyLeftOut }: Planned,
  node: NodeRotation,
): Reason | undefined {
  if (arcIdentity) return 'arc-key-not-seen';
  if (identity === 'workload-identity' && !seesPod) return 'token-not-seen';
  if (secret === 'left-out') {
    if (!node.keepServicePrincipals) return 'secret-not-kept';
    // A restart keeps it only where the volume then rotates.
    return rotationIntervalOf(rotation, node) === 'off' ? 'secret-not-for-rotation' : 'secret-left-out';
  }
  if (proxyLeftOut) return 'proxy-left-out';
  return undefined;
}

function whyOff(
  { onlyPinned, interval, ofPredecessor }: RotationRequest,
  { defaultInterval }: NodeRotation,
): Reason {
  if (onlyPinned) return 'pinned';
  if (interval === 'off') return 'off';
  return ofPredecessor && defaultInterval !== 'off' ? 'list-not-default' : 'not-asked';
}
