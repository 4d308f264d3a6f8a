import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, LoopbackAgent } from '../loopback.ts';
import { type Mock, startMock } from '../mock.ts';
import type { CertificateFault } from './certificates.ts';

const faults: [CertificateFault, string, string][] = [
  ['expired', 'login.microsoftonline.us', 'CERT_HAS_EXPIRED'],
  ['not-yet-valid', 'login.chinacloudapi.cn', 'CERT_NOT_YET_VALID'],
  ['wrong-host', 'testkv.vault.azure.net', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['unknown-authority', 'otherkv.vault.azure.net', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['self-signed', 'testkv.vault.azure.cn', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
];
let mock: Mock;
let agent: LoopbackAgent;

beforeAll(async () => {
  const certificates = Object.fromEntries(faults.map(([fault, host]) => [host, fault]));
  mock = await startMock({ tls: ['127.0.0.1:0'], certificates });
  agent = new LoopbackAgent(mock);
});
afterAll(async () => {
  agent.destroy();
  await mock.close();
});

test.each(faults)('a certificate that is %s, of %s', async (_, host, code) => {
  await expect(ask(`https://${host}/`, { agent })).rejects.toMatchObject({ code });
  expect(mock.requests()).toEqual([]);
});

test('other hosts keep the right one', async () => {
  const { status } = await ask('https://login.microsoftonline.com/common/discovery/instance', { agent });
  expect(status).toBe(200);
  mock.clearRequests();
});
