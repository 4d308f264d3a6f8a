import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { defaultNodeConfig } from './node-config.ts';
import { parseNodeConfig } from './schema.ts';

const [pem = '', other = ''] = rootCertificates;
const cloud = { authority: 'https://login.stack.local', vaultSuffix: 'vault.stack.local' };

function parsed(changes: Record<string, unknown>) {
  return parseNodeConfig(JSON.stringify({ schemaVersion: 1, ...changes }));
}

test('only the schema version is needed, and the rest is as without a file', () => {
  expect(parsed({})).toEqual(defaultNodeConfig);
  expect(defaultNodeConfig).toEqual({
    schemaVersion: 1,
    clouds: {},
    nmiPorts: [2579],
    deadlineSeconds: 110,
    rotation: { defaultInterval: 'off', keepServicePrincipals: false },
  });
});

describe('it may hold', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a cloud', { clouds: { MyStack: cloud } }],
    [
      'a cloud with a port and a resource',
      { clouds: { MyStack: { ...cloud, authority: 'https://a.b:8443', resource: 'https://c.d' } } },
    ],
    [
      'a cloud whose resource has a path',
      { clouds: { MyStack: { ...cloud, resource: 'https://vault.Contoso.onmicrosoft.com/0123-AB' } } },
    ],
    [
      'a cloud with versions of the API',
      { clouds: { MyStack: { ...cloud, apiVersions: { secret: ['7.1', '2016-10-01'], key: ['7.0'] } } } },
    ],
    [
      'a cloud with an AD FS',
      { clouds: { MyStack: { ...cloud, authority: 'https://adfs.stack.local/adfs' } } },
    ],
    ['one certificate', { caBundle: pem }],
    ['a proxy', { httpsProxy: 'http://proxy.example:3128' }],
    [
      'a proxy that speaks TLS, has credentials and an address',
      { httpsProxy: 'https://u%40x:p%3aw@[::1]:8443/' },
    ],
    ['exceptions of the proxy', { noProxy: ['*', 'vault.azure.net', '.internal', '*.corp.example'] }],
    ['ports of NMI', { nmiPorts: [2579, 12579] }],
    ['certificates with comments', { caBundle: `# ours\n${pem}\n\n# theirs\n${other}\n` }],
    ['certificates with the line ends of another system', { caBundle: pem.replaceAll('\n', '\r\n') }],
    ['the shortest deadline', { deadlineSeconds: 5 }],
    ['the longest deadline', { deadlineSeconds: 110 }],
  ])('%s', (_, changes) => {
    expect(parsed(changes)).toEqual({ ...defaultNodeConfig, ...changes });
  });
});

describe('it is refused', () => {
  const host = 'must be a lower-case DNS name such as vault.local.azurestack.external';
  const origin =
    'must be https://<host>, or https://<host>/adfs for an AD FS, such as https://login.microsoftonline.com';
  const bundle =
    'must hold one or more PEM certificates (-----BEGIN CERTIFICATE-----) and nothing but them and comments';
  test.each<[string, Record<string, unknown>, string]>([
    ['without a schema version', { schemaVersion: undefined }, 'schemaVersion: '],
    ['of another schema version', { schemaVersion: 2 }, 'schemaVersion: '],
    ['with an unknown key', { deadline: 5 }, 'document: Unrecognized key: "deadline"'],
    [
      'with an unknown key in a cloud',
      { clouds: { MyStack: { ...cloud, tenant: 'x' } } },
      'clouds.MyStack: Unrecognized key: "tenant"',
    ],
    ['with a cloud whose name is odd', { clouds: { 'my stack': cloud } }, 'clouds.my stack: '],
    [
      'with a cloud over http',
      { clouds: { MyStack: { ...cloud, authority: 'http://a.b' } } },
      `clouds.MyStack.authority: ${origin}`,
    ],
    [
      'with a cloud whose authority has a path',
      { clouds: { MyStack: { ...cloud, authority: 'https://a.b/common' } } },
      `clouds.MyStack.authority: ${origin}`,
    ],
    [
      'with a cloud whose authority names a user',
      { clouds: { MyStack: { ...cloud, authority: 'https://u@a.b' } } },
      `clouds.MyStack.authority: ${origin}`,
    ],
    [
      'with a cloud whose versions are odd',
      { clouds: { MyStack: { ...cloud, apiVersions: { cert: ['v7'] } } } },
      "clouds.MyStack.apiVersions.cert.0: must be a version of Key Vault's API such as 7.4 or 2016-10-01",
    ],
    [
      'with a cloud whose resource ends in a slash',
      { clouds: { MyStack: { ...cloud, resource: 'https://vault.a/' } } },
      'clouds.MyStack.resource: must be https://<host>, for an Azure Stack Hub',
    ],
    [
      'with a vault suffix that is a URL',
      { clouds: { MyStack: { ...cloud, vaultSuffix: 'https://v.a' } } },
      `clouds.MyStack.vaultSuffix: ${host}`,
    ],
    [
      'with a vault suffix of one label',
      { clouds: { MyStack: { ...cloud, vaultSuffix: 'local' } } },
      `clouds.MyStack.vaultSuffix: ${host}`,
    ],
    [
      'with a vault suffix that starts with a dot',
      { clouds: { MyStack: { ...cloud, vaultSuffix: '.vault.local' } } },
      `clouds.MyStack.vaultSuffix: ${host}`,
    ],
    [
      'with a proxy of another kind',
      { httpsProxy: 'socks5://canary@proxy:1080' },
      'httpsProxy: must be http://',
    ],
    ['with a proxy without a scheme', { httpsProxy: 'canary:3128' }, 'httpsProxy: must be http://'],
    ['with a proxy that has a path', { httpsProxy: 'http://canary/path' }, 'httpsProxy: must be http://'],
    [
      'with a proxy that would end its line',
      { httpsProxy: 'http://canary\r\nX: y' },
      'httpsProxy: must be http://',
    ],
    [
      'with a proxy whose password is not encoded',
      { httpsProxy: 'http://user:canary%@proxy' },
      'httpsProxy: has a percent sign that encodes nothing; write %25 for it',
    ],
    [
      'with a proxy whose user has a backslash',
      { httpsProxy: 'http://DOMAIN\\canary:canary@proxy:3128' },
      'httpsProxy: has a backslash; write %5C for it',
    ],
    [
      'with a proxy whose port is too high',
      { httpsProxy: 'http://proxy:99999' },
      'httpsProxy: must be http://',
    ],
    ['with an exception that is a URL', { noProxy: ['https://a.b'] }, 'noProxy.0: must be a host'],
    ['with exceptions in one text', { noProxy: 'a.b,c.d' }, 'noProxy: '],
    ['with no port of NMI', { nmiPorts: [] }, 'nmiPorts: '],
    ['with a port of NMI that is none', { nmiPorts: [65536] }, 'nmiPorts.0: '],
    ['with an empty bundle', { caBundle: '' }, `caBundle: ${bundle}`],
    [
      'with a private key in the bundle',
      { caBundle: `${pem}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n` },
      `caBundle: ${bundle}`,
    ],
    ['with a certificate cut short', { caBundle: `${pem}\n${other.slice(0, -20)}` }, `caBundle: ${bundle}`],
    [
      'with a huge bundle',
      { caBundle: `${pem}\n#${'x'.repeat(1_048_576)}` },
      'caBundle: must not be larger than 1 MiB',
    ],
    ['with a deadline under 5 s', { deadlineSeconds: 4 }, 'deadlineSeconds: '],
    ['with a deadline over 110 s', { deadlineSeconds: 111 }, 'deadlineSeconds: '],
    ['with a deadline in parts of a second', { deadlineSeconds: 5.5 }, 'deadlineSeconds: '],
    ['with a deadline as text', { deadlineSeconds: '60' }, 'deadlineSeconds: '],
  ])('%s', (_, changes, fault) => {
    expect(() => parsed(changes)).toThrow(
      expect.objectContaining({
        code: 'NodeConfigInvalid',
        message: expect.stringContaining(`the node configuration is invalid: ${fault}`),
      }),
    );
  });

  test.each([
    ['as no JSON', '{"schemaVersion":1', 'the node configuration is not valid JSON'],
    ['as an empty file', '', 'the node configuration is not valid JSON'],
    [
      'as a list',
      '[]',
      'the node configuration is invalid: document: Invalid input: expected object, received array',
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseNodeConfig(text)).toThrow(
      expect.objectContaining({ code: 'NodeConfigInvalid', message }),
    );
  });

  test('with every fault at once', () => {
    expect(() => parsed({ deadlineSeconds: 1, caBundle: 'x', proxy: '' })).toThrow(
      /caBundle: .*; deadlineSeconds: .*; document: Unrecognized key: "proxy"/,
    );
  });
});
