import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { AUDIENCE, type Claims, federatedToken, projectVolume } from '../lab/federated-token.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { FEDERATED_ISSUER } from '../mock/seed/identities.ts';
import { principalOf } from '../mock/seed.ts';
import { expectPlainSecret, failureOf, requestedBy } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

function volume(pod: string, options = {}): PodVolume {
  const { clientId } = principalOf(scene.azure.seed, 'workload');
  return volumeOf(scene, pod, {
    secret: {},
    options: { useworkloadidentity: 'true', clientid: clientId, ...options },
  });
}

const project = (of: PodVolume, name: string, file: string, content: string) =>
  projectVolume(scene, of, name, file, content);
const tokenOf = (pod: string, claims?: Claims) => federatedToken(scene, pod, claims);

describe('workload identity', () => {
  test("proves itself by the pod's projected service account token", async () => {
    const of = volume('federated');
    project(
      of,
      'kube-api-access-x7x2v',
      'token',
      await tokenOf('federated', { audience: 'https://kubernetes.default.svc' }),
    );
    project(of, 'azure-identity-token', 'azure-identity-token', await tokenOf('federated'));
    await expectPlainSecret(scene, of);
    expect(requestedBy(scene)).toEqual(['entra workload', 'vault workload']);
    expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 1 });
  });

  test('finds a token in a directory of the volume, beside other files', async () => {
    const of = volume('nested');
    const directory = project(of, 'all', 'tokens/azure/token', await tokenOf('nested'));
    writeFileSync(join(directory, '..2026_01_31_12_00_00.123456789', 'big'), 'x'.repeat(200_000));
    await expectPlainSecret(scene, of);
  });

  test('waits until kubelet has projected the token', async () => {
    const of = volume('late');
    const token = await tokenOf('late');
    const mounted = expectPlainSecret(scene, of);
    await delay(1500);
    project(of, 'token', 'token', token);
    await mounted;
  });

  test('does not take a token that has expired, and says so at the deadline', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    const of = volume('expired');
    project(of, 'token', 'token', await tokenOf('expired', { expires: '-1m' }));
    expect(await failureOf(scene, of)).toMatch(
      /^FederatedTokenMissing: the pod's projected service account token of audience api:\/\/AzureADTokenExchange expired at \S+Z, and kubelet has not renewed it; check the node's clock, and in kubelet's journal why/,
    );
    expect(scene.azure.requests()).toEqual([]);
  });

  test('says at the deadline how to get a token where there is none', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    expect(await failureOf(scene, volume('absent'))).toBe(
      `FederatedTokenMissing: the pod has no projected service account token of audience ${AUDIENCE}; give it a projected volume with a serviceAccountToken source of that audience, which a container mounts (kubelet passes over volumes that none does), or, where the webhook of Azure Workload Identity runs, the label azure.workload.identity/use: "true"`,
    );
    expect(scene.azure.requests()).toEqual([]);
  });

  test.each<[string, Claims]>([
    ['pod', { podUid: 'uid-of-another' }],
    ['service account', { account: 'kv-reader' }],
  ])('never uses the token of another %s', async (_, claims) => {
    const of = volume('borrowed');
    const directory = project(of, 'token', 'token', await tokenOf('borrowed', claims));
    expect(await failureOf(scene, of)).toBe(
      "TokenUnavailable: the service account token among the pod's projected volumes is not of this pod (uid uid-of-borrowed, service account default/default), so it is not used",
    );
    expect(scene.azure.requests()).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test('follows no link out of a projected volume', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    const of = volume('linked');
    const elsewhere = project(volume('elsewhere'), 'token', 'token', await tokenOf('linked'));
    const directory = project(of, 'token', 'other', 'nothing');
    const state = join(directory, '..2026_01_31_12_00_00.123456789');
    symlinkSync(join(elsewhere, 'token'), join(state, 'token'));
    symlinkSync(elsewhere, join(state, 'directory'));
    symlinkSync(elsewhere, join(dirname(directory), 'volume'));
    const second = project(of, 'second', 'other', 'nothing');
    rmSync(join(second, '..data'));
    symlinkSync(join(elsewhere, '..2026_01_31_12_00_00.123456789'), join(second, '..data'));
    expect(await failureOf(scene, of)).toMatch(/^FederatedTokenMissing: /);
  });

  test('says which federated credential is missing', async () => {
    const { clientId } = principalOf(scene.azure.seed, 'reader');
    const of = volume('untrusted', { clientid: clientId });
    project(of, 'token', 'token', await tokenOf('untrusted'));
    expect(await failureOf(scene, of)).toMatch(
      new RegExp(
        `^CredentialRejected: login\\.microsoftonline\\.com gave no token to workload identity ${clientId} of tenant \\S+: it trusts no such service account; give it a federated credential with issuer ${FEDERATED_ISSUER}, subject system:serviceaccount:default:default, audience ${AUDIENCE}, letter for letter \\(HTTP 401, AADSTS700211\\)`,
      ),
    );
  });

  test("finds its tenant by the vault's challenge", async () => {
    const of = volume('no-tenant', { tenantid: '' });
    project(of, 'token', 'token', await tokenOf('no-tenant'));
    await expectPlainSecret(scene, of);
    expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 2 });
  });
});
