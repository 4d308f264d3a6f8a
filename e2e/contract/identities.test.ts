import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { principalOf, secretOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

const requestedBy = () =>
  [...new Set(scene.azure.requests().map(({ role, principal }) => `${role} ${principal}`))].sort();

async function expectPlainSecret(volume: ReturnType<typeof volumeOf>): Promise<void> {
  const { status } = await scene.kubelet.mount(volume);
  expect(status).toEqual({ status: 'Success' });
  const bytes = readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8');
  expect(bytes).toBe(secretOf(scene.azure.seed, 'testkv', 'plain').value);
  await scene.kubelet.unmount(volume);
}

async function failureOf(volume: ReturnType<typeof volumeOf>): Promise<string> {
  const { status, exitCode } = await scene.kubelet.mount(volume);
  expect({ exitCode, status: status.status }).toEqual({ exitCode: 0, status: 'Failure' });
  await scene.kubelet.unmount(volume);
  return status.message ?? '';
}

describe('stand-alone mode', () => {
  const withSecret = (pod: string, secret: Record<string, string>, options = {}) =>
    volumeOf(scene, pod, { secret, options });

  test('authenticates the service principal of the Secret', async () => {
    await expectPlainSecret(volumeOf(scene, 'service-principal'));
    expect(requestedBy()).toEqual(['entra reader', 'vault reader']);
  });

  test("takes a Secret whose values end in a line feed, as the predecessor's shell did", async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
    await expectPlainSecret(
      withSecret('line-feed', { clientid: `${clientId}\n`, clientsecret: `${secrets[0]}\n` }),
    );
  });

  test('takes a client secret with characters that a form has to encode', async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
    await expectPlainSecret(withSecret('encoded', { clientid: clientId, clientsecret: secrets[1] ?? '' }));
  });

  test.each([
    [
      'a wrong client secret',
      { clientsecret: 'wrong' },
      {},
      /^CredentialRejected: .*the client secret is wrong.*AADSTS7000215/,
    ],
    [
      'an unknown client id',
      { clientid: '00000000-0000-4000-8000-000000000000' },
      {},
      /^CredentialRejected: .*AADSTS700016/,
    ],
    [
      'an unknown tenant',
      {},
      { tenantid: 'nobody.onmicrosoft.com' },
      /^CredentialRejected: .*there is no such tenant.*AADSTS90002/,
    ],
  ])('names %s and the way out', async (_, secret, options, expected) => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
    const volume = withSecret(
      'rejected',
      { clientid: clientId, clientsecret: secrets[0] ?? '', ...secret },
      options,
    );
    expect(await failureOf(volume)).toMatch(expected);
  });

  test('names the identity that may not read, and the permission it lacks', async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'no-permissions');
    const message = await failureOf(
      withSecret('denied', { clientid: clientId, clientsecret: secrets[0] ?? '' }),
    );
    expect(message).toMatch(
      new RegExp(
        `^AccessDenied: service principal ${clientId} of tenant \\S+ may not read secret "plain" of testkv\\.vault\\.azure\\.net; give it the get permission for secrets \\(HTTP 403, Forbidden, \\w+, request id`,
      ),
    );
  });
});

describe('pod-identity mode', () => {
  const podIdentity = (pod: string) =>
    volumeOf(scene, pod, { secret: {}, options: { usepodidentity: 'true', tenantid: '' } });

  test("asks NMI for this pod's identity", async () => {
    await expectPlainSecret(podIdentity('web-0'));
    expect(requestedBy()).toEqual(['nmi pod-identity', 'vault pod-identity']);
  });

  test('asks again while the identity is being assigned', async () => {
    scene.azure.setFaults({ rules: [{ match: { role: 'nmi' }, action: { status: 404 }, times: 1 }] });
    await expectPlainSecret(podIdentity('web-1'));
    expect(scene.azure.counts().byRole).toMatchObject({ nmi: 2 });
  });

  test('gives up at the deadline, naming the pod and the binding to look at', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    expect(await failureOf(podIdentity('unassigned-0'))).toBe(
      "IdentityNotAssigned: NMI has assigned no identity to pod default/unassigned-0; check that the pod's label aadpodidbinding names the selector of an AzureIdentityBinding",
    );
  });

  test.each([
    [403, /^TokenUnavailable: NMI gave no token for pod default\/web-2 \(HTTP 403\)/],
    [503, /^TokenUnavailable: NMI gave no token for pod default\/web-2 \(HTTP 503\)/],
  ])('reports HTTP %i from NMI', async (status, expected) => {
    scene.azure.setFaults({ rules: [{ match: { role: 'nmi' }, action: { status } }] });
    expect(await failureOf(podIdentity('web-2'))).toMatch(expected);
  });

  test('says when NMI does not listen', async () => {
    const volume = volumeOf(scene, 'web-3', { options: { usepodidentity: 'true', nmiport: '2580' } });
    expect(await failureOf(volume)).toMatch(
      /^TokenUnavailable: NMI could not be reached on 127\.0\.0\.1:2580 .*ECONNREFUSED/,
    );
  });
});

describe("kubelet's proxy", () => {
  const deadProxy = { HTTPS_PROXY: 'http://127.0.0.1:9' };

  test.each([
    ['NMI', 'nmi', { usepodidentity: 'true' }],
    ['the metadata service', 'imds', { usevmmanagedidentity: 'true' }],
  ])('is never asked for %s, but for the vault', async (_, role, options) => {
    const volume = volumeOf(scene, 'proxied', { secret: {}, options });
    const { status } = await scene.kubelet.mount(volume, deadProxy);
    expect(status.message).toMatch(/^VaultUnreachable: /);
    expect(scene.azure.counts()).toMatchObject({ byRole: { [role]: 1 }, byStatus: { 200: 1 } });
  });

  test('is not used where only plain HTTP has one', async () => {
    const volume = volumeOf(scene, 'plain-http');
    const result = await scene.kubelet.mount(volume, {
      HTTP_PROXY: 'http://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
    });
    expect(result.status).toEqual({ status: 'Success' });
    await scene.kubelet.unmount(volume);
  });
});

describe('managed-identity mode', () => {
  test('uses the system-assigned identity of the node', async () => {
    await expectPlainSecret(
      volumeOf(scene, 'system', { secret: {}, options: { usevmmanagedidentity: 'true' } }),
    );
    expect(requestedBy()).toContain('imds system-identity');
  });

  test('uses the user-assigned identity that is named', async () => {
    const { clientId } = principalOf(scene.azure.seed, 'user-identity');
    const options = { usevmmanagedidentity: 'true', vmmanagedidentityclientid: clientId };
    await expectPlainSecret(volumeOf(scene, 'user', { secret: {}, options }));
    expect(requestedBy()).toContain('imds user-identity');
  });

  test('names an identity that the node does not have', async () => {
    const options = {
      usevmmanagedidentity: 'true',
      vmmanagedidentityclientid: '00000000-0000-4000-8000-000000000000',
    };
    expect(await failureOf(volumeOf(scene, 'nobody', { secret: {}, options }))).toMatch(
      /^TokenUnavailable: the node's metadata service \(IMDS\) gave no token to managed identity 00000000-0000-4000-8000-000000000000/,
    );
  });
});

describe('clouds', () => {
  test.each(['AzureUSGovernmentCloud', 'azurechinacloud'])(
    '%s has its own token endpoint and vaults',
    async (cloudname) => {
      await expectPlainSecret(volumeOf(scene, 'cloud', { options: { cloudname } }));
      const hosts = scene.azure.requests().map(({ host }) => host);
      expect(hosts.every((host) => /\.us$|usgovcloudapi\.net$|\.cn$/.test(host))).toBe(true);
    },
  );

  test('a cloud of the node configuration is used by its name', async () => {
    const clouds = {
      LocalStack: {
        authority: 'https://login.local.azurestack.external',
        vaultSuffix: 'vault.local.azurestack.external',
      },
    };
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, clouds });
    await expectPlainSecret(volumeOf(scene, 'stack', { options: { cloudname: 'localstack' } }));
  });

  test('a region has its own token endpoint', async () => {
    await expectPlainSecret(volumeOf(scene, 'region', { options: { region: 'Central US' } }));
    expect(scene.azure.requests()[0]?.host).toBe('centralus.login.microsoft.com');
  });

  test('the global token endpoint serves where the regional one does not', async () => {
    await expectPlainSecret(volumeOf(scene, 'no-region', { options: { region: 'nowhere' } }));
    expect(scene.azure.requests()[0]?.host).toBe('login.microsoftonline.com');
  });
});
