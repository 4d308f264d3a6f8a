import { federatedToken, projectVolume } from '../e2e/lab/federated-token.ts';
import type { Kubelet, PodVolume } from '../e2e/lab/kubelet.ts';
import type { Seed } from '../e2e/mock/seed/schema.ts';
import { eightObjects, principalOf } from '../e2e/mock/seed.ts';

export const identities = [
  'service principal',
  'pod identity',
  'managed identity',
  'workload identity',
] as const;
export type Identity = (typeof identities)[number];

export const MOST_OBJECTS = 200;

/** Names of the secrets that a volume of so many objects asks for beside those of the seed. */
export function secretNames(objects: number): string[] {
  return Array.from({ length: Math.max(0, objects - eightObjects.length) }, (_, index) => `bench-${index}`);
}

export interface Volumes {
  /** A read-only volume. @param pod each identity needs pods of its own */
  of(pod: string, objects: number, identity?: Identity): PodVolume;
  /** Before a mount with workload identity: the pod's service account token, where kubelet projects it. */
  projectToken(volume: PodVolume): Promise<void>;
}

export function volumesOf(seed: Seed, kubelet: Kubelet): Volumes {
  const reader = principalOf(seed, 'reader');
  const optionsOf: Record<Identity, Record<string, string>> = {
    'service principal': {},
    'pod identity': { usepodidentity: 'true' },
    'managed identity': { usevmmanagedidentity: 'true' },
    'workload identity': { useworkloadidentity: 'true', clientid: principalOf(seed, 'workload').clientId },
  };
  return {
    of(pod, objects, identity = 'service principal') {
      const wanted = [
        ...eightObjects.slice(0, objects),
        ...secretNames(objects).map((name) => ['secret', name] as const),
      ];
      return {
        pod,
        readOnly: true,
        secret:
          identity === 'service principal'
            ? { clientid: reader.clientId, clientsecret: reader.secrets[0] ?? '' }
            : {},
        options: {
          tenantid: reader.tenant,
          keyvaultname: 'testkv',
          keyvaultobjecttypes: wanted.map(([type]) => type).join(';'),
          keyvaultobjectnames: wanted.map(([, name]) => name).join(';'),
          ...optionsOf[identity],
        },
      };
    },
    async projectToken(volume) {
      const token = await federatedToken({ azure: { seed } }, volume.pod);
      projectVolume({ kubelet }, volume, 'azure-identity-token', 'azure-identity-token', token);
    },
  };
}
