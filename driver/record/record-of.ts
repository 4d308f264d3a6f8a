import type { KubeletEnvironment } from '../agent/protocol.ts';
import { SECRET_KEY_PREFIX } from '../options/keys.ts';
import { type NodeRotation, rotationIntervalOf } from '../options/rotation.ts';
import type { MountRequest } from '../options/volume-options.ts';
import type { FoundObject, VolumeForm } from '../ports.ts';
import type { RecordedObject, VolumeRecord } from './record.ts';

/** What goes into a record. */
export interface Mounted {
  /** kubelet's document, which `request` was parsed from. */
  readonly json: string;
  readonly request: MountRequest;
  readonly found: readonly (readonly FoundObject[])[];
  readonly form: VolumeForm;
  readonly rotation: NodeRotation;
  readonly environment: KubeletEnvironment;
  readonly driverVersion: string;
}

/**
 * The record of a volume that is about to appear. What the Secret holds is in it only when the volume is to rotate, and
 * the node's admin lets it be kept.
 */
export function recordOf(mounted: Mounted): VolumeRecord {
  const { json, request, found, form, rotation, environment, driverVersion } = mounted;
  const written = Object.entries(JSON.parse(json) as Record<string, string>);
  const others = written.filter(([key]) => !key.startsWith(SECRET_KEY_PREFIX));
  const hasSecret = others.length < written.length;
  const isStale = found.flat().some(({ readAt }) => readAt !== undefined);
  // What started with what was known of old is read again once Azure can be asked, whether it rotates or not.
  const rotates = isStale || rotationIntervalOf(request.rotation, rotation) !== 'off';
  const isKept = rotates && hasSecret && rotation.keepServicePrincipals;
  return {
    options: Object.fromEntries(isKept ? written : others),
    secret: hasSecret ? (isKept ? 'kept' : 'left-out') : 'none',
    ...environmentOf(environment, rotates),
    identity: request.identity.kind,
    rotation: request.rotation,
    isStale,
    objects: objectsOf(found),
    form,
    driverVersion,
  };
}

/** A volume may be read again later although it was not to rotate: by the same proxy, unless that has a password. */
function environmentOf(
  environment: KubeletEnvironment,
  rotates: boolean,
): Pick<VolumeRecord, 'environment' | 'proxyLeftOut'> {
  const hasPassword = environment.proxy.httpsProxy?.includes('@') ?? false;
  return rotates || !hasPassword ? { environment } : { environment: undefined, proxyLeftOut: true };
}

/** Each object once, whatever files are made of it. */
export function objectsOf(found: readonly (readonly FoundObject[])[]): RecordedObject[] {
  const objects = found.flat().map(({ content, vault, name, version, attributes }): RecordedObject => {
    return { type: content.type, vault, name, version, expires: attributes.expires };
  });
  return [...new Map(objects.map((object) => [keyOf(object), object])).values()];
}

function keyOf({ type, vault, name, version }: RecordedObject): string {
  return [type, vault.toLowerCase(), name.toLowerCase(), version].join('/');
}
