import type { KubeletEnvironment } from '../agent/protocol.ts';
import { SECRET_KEY_PREFIX } from '../options/keys.ts';
import { mayHoldPassword, type VolumeRecord, type VolumeSummary } from './record.ts';

/** What a record tells of the driver that writes it. */
export interface WritingDriver {
  readonly environment: KubeletEnvironment;
  readonly driverVersion: string;
}

/**
 * The record of a volume that is about to appear. What the Secret holds is in it only when the volume is to rotate, and
 * the node's admin lets it be kept.
 * @param options kubelet's document, of which `summary` was made
 */
export function recordOf(
  options: Readonly<Record<string, string>>,
  summary: VolumeSummary,
  driver: WritingDriver,
): VolumeRecord {
  const written = Object.entries(options);
  const others = written.filter(([key]) => !key.startsWith(SECRET_KEY_PREFIX));
  const hasSecret = others.length < written.length;
  const { identity, rotation, rotates, keepsSecret, staleSince, objects, form } = summary;
  return {
    options: Object.fromEntries(keepsSecret ? written : others),
    secret: hasSecret ? (keepsSecret ? 'kept' : 'left-out') : 'none',
    ...environmentOf(driver.environment, rotates),
    identity,
    rotation,
    isStale: staleSince !== undefined,
    objects,
    form,
    driverVersion: driver.driverVersion,
  };
}

/** A volume may be read again later although it was not to rotate: by the same proxy, unless that has a password. */
function environmentOf(
  environment: KubeletEnvironment,
  rotates: boolean,
): Pick<VolumeRecord, 'environment' | 'proxyLeftOut'> {
  return rotates || !mayHoldPassword(environment)
    ? { environment }
    : { environment: undefined, proxyLeftOut: true };
}
