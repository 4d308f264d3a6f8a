import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importJWK, SignJWT } from 'jose';
import { FEDERATED_ISSUER } from '../mock/seed/identities.ts';
import type { Seed } from '../mock/seed/schema.ts';
import type { Kubelet, PodVolume } from './kubelet.ts';

export const AUDIENCE = 'api://AzureADTokenExchange';

export interface Claims {
  readonly audience?: string;
  readonly expires?: string;
  readonly account?: string;
  readonly podUid?: string;
}

/** As kubelet gets it from the API server (pkg/serviceaccount/claims.go). */
export async function federatedToken(
  { azure }: { readonly azure: { readonly seed: Seed } },
  pod: string,
  claims: Claims = {},
): Promise<string> {
  const { audience = AUDIENCE, expires = '1h', account = 'default', podUid = `uid-of-${pod}` } = claims;
  const key = await importJWK(azure.seed.clients.federatedKey, 'RS256');
  return new SignJWT({
    'kubernetes.io': {
      namespace: 'default',
      node: { name: 'n', uid: 'u' },
      pod: { name: pod, uid: podUid },
      serviceaccount: { name: account, uid: 'u' },
    },
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'mock-cluster-key' })
    .setIssuer(FEDERATED_ISSUER)
    .setSubject(`system:serviceaccount:default:${account}`)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

/** Writes a file of a projected volume as kubelet's atomic writer does, and gives the directory of the volume. */
export function projectVolume(
  { kubelet }: { readonly kubelet: Kubelet },
  of: PodVolume,
  name: string,
  file: string,
  content: string,
): string {
  const directory = join(dirname(dirname(kubelet.directoryOf(of))), 'kubernetes.io~projected', name);
  const state = '..2026_01_31_12_00_00.123456789';
  mkdirSync(join(directory, state, dirname(file)), { recursive: true });
  writeFileSync(join(directory, state, file), content);
  symlinkSync(state, join(directory, '..data'));
  const [top = ''] = file.split('/');
  symlinkSync(join('..data', top), join(directory, top));
  return directory;
}
