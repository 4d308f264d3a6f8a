import { createHmac, randomBytes } from 'node:crypto';
import type { Identity } from '../../../driver/options/identity.ts';
import type { FederatedToken, TokenRequest } from '../../../driver/ports.ts';

/** Of this process alone: what the keys are made of cannot be tried out by whoever sees one. */
const secret = randomBytes(32);

/** A keyed hash (RFC 2104), so that no credential is in a key. */
export function keyedHash(...parts: readonly unknown[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');
}

/**
 * Which credential a token is asked for with, and where: whoever shows the same one would get the same token.
 * @param federatedToken the pod's own proof, with workload identity
 * @returns undefined where each pod has to ask for itself: it is NMI that knows which identity a pod may have
 */
export function credentialKey(
  { identity, cloud, items }: TokenRequest,
  federatedToken: FederatedToken | undefined,
): string | undefined {
  const where = [cloud.authority, cloud.resource, cloud.vaultSuffix];
  switch (identity.kind) {
    case 'service-principal': {
      const { tenant, clientId, region } = identity;
      return keyedHash(identity.kind, where, tenantOf(tenant, items), clientId, region, proofOf(identity));
    }
    case 'managed-identity':
      return keyedHash(identity.kind, where, identity.assignment);
    case 'workload-identity': {
      if (federatedToken === undefined) return undefined;
      const { tenant, clientId } = identity;
      return keyedHash(identity.kind, where, tenantOf(tenant, items), clientId, federatedToken.token);
    }
    case 'pod-identity':
      return undefined;
  }
}

/** Where no tenant is named, one of the vaults names its own. */
function tenantOf(tenant: string | undefined, items: TokenRequest['items']): unknown {
  if (tenant !== undefined) return tenant;
  const vaults = items.flatMap(({ vault, fallbackVault }) => [vault, fallbackVault ?? vault]);
  return { of: [...new Set(vaults.map((vault) => vault.toLowerCase()))] };
}

function proofOf({ credential }: Extract<Identity, { kind: 'service-principal' }>): unknown {
  if (credential.kind === 'secret') return credential;
  return { ...credential, bytes: Buffer.from(credential.bytes).toString('base64') };
}
