import { describe, expect, test } from 'vitest';
import { principalOf } from '../mock/seed.ts';
import { expectPlainSecret, failureOf, requestedBy } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

describe('stand-alone mode', () => {
  const withSecret = (pod: string, secret: Record<string, string>, options = {}) =>
    volumeOf(scene, pod, { secret, options });

  test('authenticates the service principal of the Secret', async () => {
    await expectPlainSecret(scene, volumeOf(scene, 'service-principal'));
    expect(requestedBy(scene)).toEqual(['entra reader', 'vault reader']);
  });

  test("takes a Secret whose values end in a line feed, as the predecessor's shell did", async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
    await expectPlainSecret(
      scene,
      withSecret('line-feed', { clientid: `${clientId}\n`, clientsecret: `${secrets[0]}\n` }),
    );
  });

  test('takes a client secret with characters that a form has to encode', async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
    const secret = { clientid: clientId, clientsecret: secrets[1] ?? '' };
    await expectPlainSecret(scene, withSecret('encoded', secret));
  });

  test('takes the client id as an option', async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
    const volume = withSecret('option', { clientsecret: secrets[0] ?? '' }, { clientid: clientId });
    await expectPlainSecret(scene, volume);
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
    expect(await failureOf(scene, volume)).toMatch(expected);
  });

  test('names the identity that may not read, and the permission it lacks', async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'no-permissions');
    const message = await failureOf(
      scene,
      withSecret('denied', { clientid: clientId, clientsecret: secrets[0] ?? '' }),
    );
    expect(message).toMatch(
      new RegExp(
        `^AccessDenied: service principal ${clientId} of tenant \\S+ may not read secret "plain" \\(keyvaultobjectnames item 1\\) of testkv\\.vault\\.azure\\.net; give it the get permission for secrets \\(HTTP 403, Forbidden, \\w+\\)`,
      ),
    );
  });

  test("says how far the node's clock is off when a credential is refused", async () => {
    const date = new Date(Date.now() - 42 * 60_000).toUTCString();
    scene.azure.setFaults({ rules: [{ match: { role: 'entra' }, action: { headers: { Date: date } } }] });
    const { clientId } = principalOf(scene.azure.seed, 'reader');
    expect(
      await failureOf(scene, withSecret('clock', { clientid: clientId, clientsecret: 'wrong' })),
    ).toMatch(/the client secret is wrong.*; the node's clock is 42 minutes ahead \(HTTP 401, AADSTS7000215/);
  });

  test('asks again while the token endpoint is busy', async () => {
    const rules = [{ match: { role: 'entra' as const }, action: { status: 503 }, times: 2 }];
    scene.azure.setFaults({ rules });
    await expectPlainSecret(scene, volumeOf(scene, 'busy'));
    expect(scene.azure.counts().byRole).toEqual({ entra: 3, vault: 1 });
  });

  test('does not wait for a token endpoint that asks for more patience than there is', async () => {
    const action = { status: 429, headers: { 'Retry-After': '600' } };
    scene.azure.setFaults({ rules: [{ match: { role: 'entra' }, action }] });
    expect(await failureOf(scene, volumeOf(scene, 'throttled'))).toMatch(
      /^TokenUnavailable: login\.microsoftonline\.com gave no token to service principal \S+ of tenant \S+: Entra had a passing fault; it asks to wait up to 15 minutes, and kubelet will try again \(HTTP 429/,
    );
    expect(scene.azure.counts().byRole).toEqual({ entra: 1 });
  });
});

describe('pod-identity mode', () => {
  const podIdentity = (pod: string, options = {}) =>
    volumeOf(scene, pod, { secret: {}, options: { usepodidentity: 'true', tenantid: '', ...options } });

  test("asks NMI for this pod's identity", async () => {
    await expectPlainSecret(scene, podIdentity('web-0'));
    expect(requestedBy(scene)).toEqual(['nmi pod-identity', 'vault pod-identity']);
  });

  test('asks again while the identity is being assigned', async () => {
    scene.azure.setFaults({ rules: [{ match: { role: 'nmi' }, action: { status: 404 }, times: 1 }] });
    await expectPlainSecret(scene, podIdentity('web-1'));
    expect(scene.azure.counts().byRole).toMatchObject({ nmi: 2 });
  });

  test('gives up at the deadline, naming the pod and the binding to look at', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    expect(await failureOf(scene, podIdentity('unassigned-0'))).toBe(
      "IdentityNotAssigned: NMI has assigned no identity to pod default/unassigned-0; check that the pod's label aadpodidbinding names the selector of an AzureIdentityBinding",
    );
  });

  test.each([
    [403, /^TokenUnavailable: NMI gave no token for pod default\/web-2 \(HTTP 403\)/],
    [503, /^TokenUnavailable: NMI gave no token for pod default\/web-2 \(HTTP 503\)/],
  ])('reports HTTP %i from NMI', async (status, expected) => {
    scene.azure.setFaults({ rules: [{ match: { role: 'nmi' }, action: { status } }] });
    expect(await failureOf(scene, podIdentity('web-2'))).toMatch(expected);
  });

  test('says when NMI does not listen where the node allows it', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, nmiPorts: [2579, 2580] });
    expect(await failureOf(scene, podIdentity('web-3', { nmiport: '2580' }))).toMatch(
      /^TokenUnavailable: NMI could not be reached on 127\.0\.0\.1:2580 .*ECONNREFUSED/,
    );
  });

  test.each(['443', '2580'])(
    "does not knock at port %s of the node's loopback for a pod",
    async (nmiport) => {
      expect(await failureOf(scene, podIdentity('web-4', { nmiport }))).toBe(
        `OptionsInvalid: the volume's options have 1 fault: nmiport: ${nmiport} is not a port of NMI on this node (2579); an admin can add it to nmiPorts of the node configuration`,
      );
      expect(scene.azure.requests()).toEqual([]);
    },
  );
});

describe('managed-identity mode', () => {
  const managed = (pod: string, options = {}) =>
    volumeOf(scene, pod, { secret: {}, options: { usevmmanagedidentity: 'true', tenantid: '', ...options } });

  test('uses the system-assigned identity of the node', async () => {
    await expectPlainSecret(scene, managed('system'));
    expect(requestedBy(scene)).toEqual(['imds system-identity', 'vault system-identity']);
  });

  test.each([
    ['client id', 'vmmanagedidentityclientid', 'clientId'],
    ['object id', 'vmmanagedidentityobjectid', 'objectId'],
    ['resource id', 'vmmanagedidentityresourceid', 'resourceId'],
  ] as const)('uses the user-assigned identity of a %s', async (_, option, field) => {
    const id = principalOf(scene.azure.seed, 'second-user-identity')[field];
    await expectPlainSecret(scene, managed('user', { [option]: id }));
    expect(requestedBy(scene)).toEqual(['imds second-user-identity', 'vault second-user-identity']);
  });

  const nobody = '00000000-0000-4000-8000-000000000000';
  const nobodysResource = `/subscriptions/${nobody}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody`;
  test.each([
    ['vmmanagedidentityclientid', nobody, `managed identity with client id ${nobody}`],
    ['vmmanagedidentityobjectid', nobody, `managed identity with object id ${nobody}`],
    ['vmmanagedidentityresourceid', nobodysResource, `managed identity ${nobodysResource}`],
  ])('names an identity of %s that the node does not have', async (option, id, identity) => {
    expect(await failureOf(scene, managed('nobody', { [option]: id }))).toBe(
      `IdentityNotAssigned: the node has no ${identity} (its metadata service answered HTTP 400, identity not found); assign it to the node's virtual machine or scale set, or check the id`,
    );
    expect(scene.azure.counts().byRole).toEqual({ imds: 1 });
  });

  test.each([404, 410, 429, 500])('asks again while the metadata service answers %i', async (status) => {
    scene.azure.setFaults({ rules: [{ match: { role: 'imds' }, action: { status }, times: 2 }] });
    await expectPlainSecret(scene, managed('updating'));
    expect(scene.azure.counts().byRole).toEqual({ imds: 3, vault: 1 });
  });

  test('gives up at the deadline with what the metadata service said last', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    scene.azure.setFaults({ rules: [{ match: { role: 'imds' }, action: { status: 410 } }] });
    expect(await failureOf(scene, managed('gone'))).toBe(
      "TokenUnavailable: the node's metadata service (IMDS) gave no token to system-assigned managed identity (HTTP 410); kubelet will ask again",
    );
  });

  test('says when the metadata service is not there', async () => {
    scene.azure.setFaults({ rules: [{ match: { role: 'imds' }, action: { reset: 'at-once' } }] });
    expect(await failureOf(scene, managed('elsewhere'))).toMatch(
      /^TokenUnavailable: the node's metadata service \(IMDS\) could not be reached on 169\.254\.169\.254: the connection was reset \(ECONNRESET\)/,
    );
    expect(scene.azure.counts().byRole).toEqual({ imds: 3 });
  });
});
