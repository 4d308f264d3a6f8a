import {
  type NodeRotation,
  type RotationRequest,
  rotationIntervalOf,
} from '../../driver/options/rotation.ts';
import type { PlacedRecord } from '../../driver/record/record.ts';
import type { Standing } from './standing.ts';

/** Why a mounted volume stays as it is. */
export const reasons = {
  'not-asked': 'no interval is set, by rotationinterval or as the node’s default',
  off: 'rotationinterval is off',
  pinned: 'every object has a version',
  'secret-not-kept': 'the node keeps no service principals (agent.rotation.keepServicePrincipals)',
  'secret-left-out': 'it was mounted when it was not to rotate, so its Secret was not kept; restart the pod',
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
export interface Planned extends Pick<PlacedRecord, 'rotation' | 'secret' | 'identity' | 'arcIdentity'> {
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
      : { rotates: false, why: whyOff(record.rotation) };
  }
  return why === undefined ? { rotates: true, intervalSeconds: interval / 1000 } : { rotates: false, why };
}

/** What keeps a volume from being read again, at its time or on demand. */
export function whyNotReadable(
  { identity, arcIdentity, secret, seesPod }: Planned,
  node: NodeRotation,
): Reason | undefined {
  if (arcIdentity) return 'arc-key-not-seen';
  if (identity === 'workload-identity' && !seesPod) return 'token-not-seen';
  if (secret === 'left-out') return node.keepServicePrincipals ? 'secret-left-out' : 'secret-not-kept';
  return undefined;
}

function whyOff({ onlyPinned, interval }: RotationRequest): Reason {
  if (onlyPinned) return 'pinned';
  return interval === 'off' ? 'off' : 'not-asked';
}
