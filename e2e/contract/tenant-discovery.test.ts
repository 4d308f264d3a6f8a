import { describe, expect, test } from 'vitest';
import { principalOf } from '../mock/seed.ts';
import { expectPlainSecret, failureOf } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const without = (pod: string, options = {}) =>
  volumeOf(scene, pod, { options: { tenantid: '', ...options } });
const tenant = () => principalOf(scene.azure.seed, 'reader').tenant;

/** The vault's challenge, as it shall be. */
function challenge(header: string, status = 401): void {
  const action = { status, body: '{}', headers: { 'WWW-Authenticate': header } };
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action, times: 1 }] });
}

describe('without tenantid', () => {
  test('the vault is asked for its tenant, once and without a token', async () => {
    await expectPlainSecret(scene, without('discovered'));
    expect(scene.azure.requests().map(({ role, status }) => `${role} ${status}`)).toEqual([
      'vault 401',
      'entra 200',
      'vault 200',
    ]);
  });

  test("the older name of the cloud's authority is taken, and the token asked for at the present one", async () => {
    challenge(
      `Bearer authorization="https://login.windows.net/${tenant()}", resource="https://vault.azure.net"`,
    );
    await expectPlainSecret(scene, without('older'));
    const asked = scene.azure.requests().filter(({ role }) => role === 'entra');
    expect(asked.map(({ host }) => host)).toEqual(['login.microsoftonline.com']);
  });

  test.each(['AzureUSGovernmentCloud', 'AzureChinaCloud'])('it works in %s', async (cloudname) => {
    await expectPlainSecret(scene, without('sovereign', { cloudname }));
  });

  const vault = 'tenantid is not set, and the vault testkv.vault.azure.net';
  const id = 'c728b13c-567b-42fa-8fa7-6527befd7f8b';
  test.each([
    [
      'of a foreign authority',
      `Bearer authorization="https://login.evil.example/${id}", resource="https://vault.azure.net"`,
      'names an authority that is not one of cloud AzurePublicCloud (login.microsoftonline.com, login.windows.net)',
    ],
    [
      'that dresses a foreign authority up',
      `Bearer authorization="https://login.windows.net@evil.example/${id}", resource="https://vault.azure.net"`,
      'did not name its tenant (HTTP 401)',
    ],
    [
      'of another resource',
      `Bearer authorization="https://login.windows.net/${id}", resource="https://management.azure.com"`,
      'names another resource than https://vault.azure.net of cloud AzurePublicCloud',
    ],
    [
      'with a tenant that is a path',
      `Bearer authorization="https://login.windows.net/..%2fcommon", resource="https://vault.azure.net"`,
      'names a tenant that is no id',
    ],
    ['of another scheme', 'Negotiate', 'did not name its tenant (HTTP 401)'],
  ])('a challenge %s is not followed', async (_, header, text) => {
    challenge(header);
    expect(await failureOf(scene, without('refused'))).toBe(
      `TokenUnavailable: ${vault} ${text}; set tenantid`,
    );
    expect(scene.azure.counts().byRole).toEqual({ vault: 1 });
  });

  test('a vault that is not there is named', async () => {
    expect(await failureOf(scene, without('absent', { keyvaultname: 'nosuchkv' }))).toMatch(
      /^VaultUnreachable: tenantid is not set, and the vault nosuchkv\.vault\.azure\.net, which would name its tenant, could not be reached: its name cannot be resolved/,
    );
  });
});
