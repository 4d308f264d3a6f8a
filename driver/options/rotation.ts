import type { VolumeItem } from './items.ts';
import { parseRotationInterval, type RotationInterval } from './rotation-interval.ts';

/** What a volume's options say of rotation. */
export interface RotationRequest {
  /** Undefined where nothing was written: then the node's default holds. */
  readonly interval?: RotationInterval | undefined;
  /** Are the objects from the predecessor's lists? */
  readonly ofPredecessor: boolean;
  /** Has each object a version? Then there is nothing new to read. */
  readonly onlyPinned: boolean;
}

/** What the node's admin set of it. */
export interface NodeRotation {
  readonly defaultInterval: RotationInterval;
  /** May a service principal's secret or certificate be kept for as long as the volume is mounted? */
  readonly keepServicePrincipals: boolean;
}

/** The same as it is written. */
export interface WrittenRotation {
  readonly defaultInterval?: string | undefined;
  readonly keepServicePrincipals?: boolean | undefined;
}

/** @param written is valid */
export function readNodeRotation({
  defaultInterval = 'off',
  keepServicePrincipals = false,
}: WrittenRotation): NodeRotation {
  const interval = parseRotationInterval(defaultInterval);
  return { defaultInterval: typeof interval === 'object' ? 'off' : interval, keepServicePrincipals };
}

/**
 * How often a volume is read again. One of the predecessor's lists never is, unless it asks for it: its pod may rely on
 * files that stay as they are.
 */
export function rotationIntervalOf(
  { interval, ofPredecessor, onlyPinned }: RotationRequest,
  { defaultInterval }: Pick<NodeRotation, 'defaultInterval'>,
): RotationInterval {
  if (onlyPinned) return 'off';
  return interval ?? (ofPredecessor ? 'off' : defaultInterval);
}

export function isPinned({ source }: Pick<VolumeItem, 'source'>): boolean {
  return source.kind === 'named' && source.version !== undefined;
}
