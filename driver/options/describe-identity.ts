import type { Assignment, Identity } from './identity.ts';
import type { PodContext } from './pod.ts';

/** Which identity was used, for messages. Never a secret. */
export function describeIdentity(identity: Identity, pod: PodContext): string {
  switch (identity.kind) {
    case 'service-principal':
      return `service principal ${identity.clientId}${ofTenant(identity.tenant)}`;
    case 'pod-identity':
      return `the pod identity of ${pod.namespace}/${pod.name}`;
    case 'managed-identity':
      return describeAssignment(identity.assignment);
    case 'workload-identity':
      return `workload identity ${identity.clientId}${ofTenant(identity.tenant)} (service account ${pod.namespace}/${pod.serviceAccountName})`;
  }
}

function describeAssignment(assignment: Assignment): string {
  switch (assignment.kind) {
    case 'system':
      return "the node's system-assigned managed identity";
    case 'client-id':
      return `managed identity ${assignment.id} of the node`;
    case 'object-id':
      return `the managed identity with object id ${assignment.id} of the node`;
    case 'resource-id':
      return `managed identity ${assignment.id} of the node`;
  }
}

/** A tenant that the vault named is not known here. */
function ofTenant(tenant: string | undefined): string {
  return tenant === undefined ? '' : ` of tenant ${tenant}`;
}
