import { type NodeRotation, rotationIntervalOf } from '../options/rotation.ts';
import type { MountRequest } from '../options/volume-options.ts';
import type { FoundObject, VolumeForm } from '../ports.ts';
import type { RecordedObject, VolumeSummary } from './record.ts';

/** What a record tells of a volume that was read. */
export function summaryOf(
  request: Pick<MountRequest, 'identity' | 'rotation'>,
  found: readonly (readonly FoundObject[])[],
  form: VolumeForm,
  rotation: NodeRotation,
): VolumeSummary {
  const staleSince = oldestOf(found);
  // What started with what was known of old is read again once Azure can be asked, whether it rotates or not.
  const rotates = staleSince !== undefined || rotationIntervalOf(request.rotation, rotation) !== 'off';
  return {
    identity: request.identity.kind,
    rotation: request.rotation,
    rotates,
    keepsSecret: rotates && rotation.keepServicePrincipals,
    staleSince,
    objects: objectsOf(found),
    form,
  };
}

/** When the oldest object was read, of those that Azure could not be asked for. */
function oldestOf(found: readonly (readonly FoundObject[])[]): number | undefined {
  const times = found.flat().flatMap(({ readAt }) => (readAt === undefined ? [] : [readAt]));
  return times.length === 0 ? undefined : Math.min(...times);
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
