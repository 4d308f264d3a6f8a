import { findCloud } from '../../driver/options/clouds.ts';
import { Faults } from '../../driver/options/faults.ts';
import { kubeletKeys, SECRET_KEY_PREFIX, secretKeys } from '../../driver/options/keys.ts';
import { type MountRequest, parseVolumeOptions } from '../../driver/options/volume-options.ts';

/** `flexVolume` of a pod's volume or of a PersistentVolume. */
export interface FlexVolume {
  readonly driver: string;
  readonly readOnly?: boolean;
  readonly secretRef?: SecretReference;
  readonly options: Readonly<Record<string, string>>;
}

/** A Secret; with a namespace in a PersistentVolume only. */
export interface SecretReference {
  readonly name: string;
  readonly namespace?: string;
}

export const FLEX_DRIVER = 'azure/kv';

/**
 * The volume as the driver understands it, by its own parser: what it would refuse in a pod is refused here.
 * @throws DriverError as the driver has it
 */
export function requestOf({ options, readOnly, secretRef }: FlexVolume): Promise<MountRequest> {
  // Stand-ins for what only the cluster knows.
  const secret = {
    [`${SECRET_KEY_PREFIX}${secretKeys.clientId}`]: btoa(
      options['clientid'] ?? '00000000-0000-0000-0000-000000000000',
    ),
    [`${SECRET_KEY_PREFIX}${secretKeys.clientSecret}`]: btoa('unknown'),
  };
  return parseVolumeOptions(
    JSON.stringify({
      [kubeletKeys.podName]: 'pod',
      [kubeletKeys.podNamespace]: 'default',
      [kubeletKeys.readWrite]: readOnly ? 'ro' : 'rw',
      ...(secretRef === undefined ? {} : secret),
      ...options,
    }),
    customClouds(options['cloudname']),
  );
}

/** Is it a cloud that only a node configuration can define? */
export function isCustomCloud(name: string | undefined): name is string {
  return name !== undefined && findCloud(name, {}, new Faults()) === undefined;
}

function customClouds(name: string | undefined): Record<string, { authority: string; vaultSuffix: string }> {
  return isCustomCloud(name)
    ? { [name]: { authority: 'https://login.example', vaultSuffix: 'vault.example' } }
    : {};
}
