import type { Identity } from './identity.ts';
import type { PodContext } from './pod.ts';

/** Which identity was used, for messages. Never a secret. */
export function describeIdentity(identity: Identity, pod: PodContext): string {
  switch (identity.kind) {
    case 'service-principal':
      return `service principal ${identity.clientId} of tenant ${identity.tenant}`;
    case 'pod-identity':
      return `the pod identity of ${pod.namespace}/${pod.name}`;
    case 'managed-identity':
      return identity.clientId === undefined
        ? "the node's system-assigned managed identity"
        : `managed identity ${identity.clientId} of the node`;
  }
}
