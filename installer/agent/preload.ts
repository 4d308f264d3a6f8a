/**
 * Loads what most reads need, before the first question comes: loading holds up everything else in the process, on a busy
 * node for so long that drivers would not wait for it. What is left out is loaded by whoever needs it first: certificates
 * of service principals, Azure Arc.
 */
export async function preload(): Promise<void> {
  await Promise.all([
    import('@azure/keyvault-secrets'),
    import('@azure/keyvault-keys'),
    import('@azure/keyvault-certificates'),
    import('../../driver/credentials/service-principal.ts'),
    import('../../driver/credentials/pod-identity.ts'),
    import('../../driver/credentials/managed-identity.ts'),
    import('../../driver/credentials/workload-identity.ts'),
    import('../../driver/transport/fetch-client.ts'),
  ]);
}
