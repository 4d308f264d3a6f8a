import type { Seed } from '../mock/seed/schema.ts';
import { principalOf } from '../mock/seed.ts';
import { apply } from './kubectl.ts';
import type { EndToEndState } from './state.ts';

/** Name of the Secret that `applyCredentials` makes, as in the manifests of the driver's predecessor. */
export const credentialsSecret = 'kvcreds';

/** A pod's inline volume of the driver. */
export function keyVaultVolume(
  options: Readonly<Record<string, string>>,
  more: { readonly secretRef?: { readonly name: string }; readonly readOnly?: boolean } = {},
): object {
  return { flexVolume: { driver: 'azure/kv', options, ...more } };
}

/** Some objects of `testkv`, one list item each: `['secret', 'plain']` or `['cert', 'chain-pem', '<version>']`. */
export function objectLists(objects: readonly (readonly [type: string, name: string, version?: string])[]) {
  return {
    keyvaultname: 'testkv',
    keyvaultobjecttypes: objects.map(([type]) => type).join(';'),
    keyvaultobjectnames: objects.map(([, name]) => name).join(';'),
    keyvaultobjectversions: objects.map(([, , version = '']) => version).join(';'),
  };
}

/** A stand-alone mode volume: the service principal `reader` of the seed reads the objects. */
export function readerVolume(
  seed: Seed,
  objects: readonly (readonly [type: string, name: string, version?: string])[],
  readOnly = true,
  more: Readonly<Record<string, string>> = {},
): object {
  return readerVolumeOf(seed, { ...objectLists(objects), ...more }, readOnly);
}

/** The same of `testkv`, by the options that say what is read. */
export function readerVolumeOf(
  seed: Seed,
  options: Readonly<Record<string, string>>,
  readOnly = true,
): object {
  const { tenant } = principalOf(seed, 'reader');
  const all = { keyvaultname: 'testkv', tenantid: tenant, ...options };
  return keyVaultVolume(all, { secretRef: { name: credentialsSecret }, readOnly });
}

/** The Secret with the service principal `reader`, in the case's namespace or another one. Its type must be the driver's name, or kubelet refuses it. */
export async function applyCredentials(state: EndToEndState, seed: Seed, namespace?: string): Promise<void> {
  const { clientId, secrets } = principalOf(seed, 'reader');
  await apply(state, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'azure/kv',
    metadata: { name: credentialsSecret, ...(namespace ? { namespace } : {}) },
    stringData: { clientid: clientId, clientsecret: secrets[0] },
  });
}
