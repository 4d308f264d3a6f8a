import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeTls } from '../mock/tls.ts';
import { type ConnectProxy, startConnectProxy } from './connect-proxy.ts';
import { expectPlainSecret, failureOf } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const DEAD = 'http://127.0.0.1:9';
const ENTRA = 'login.microsoftonline.com:443';
const VAULT = 'testkv.vault.azure.net:443';
const CREDENTIALS = 'canary:s%40cret';

let proxy: ConnectProxy;
beforeEach(async () => {
  proxy = await startConnectProxy();
});
afterEach(() => proxy.close());

const url = (credentials = '') => `http://${credentials}127.0.0.1:${proxy.port}`;
const authorities = () => proxy.asked.map(({ authority }) => authority);
const configure = (more: Record<string, unknown>) =>
  scene.kubelet.configure({ caBundle: scene.azure.caPem, ...more });

describe('a proxy of the node configuration', () => {
  test('is asked for a connection to token endpoint and vault, and the CA bundle still holds', async () => {
    await configure({ httpsProxy: url() });
    await expectPlainSecret(scene, volumeOf(scene, 'proxied'));
    expect(authorities()).toEqual([ENTRA, VAULT]);
  });

  test('gets its credentials decoded', async () => {
    await configure({ httpsProxy: url(`${CREDENTIALS}@`) });
    await expectPlainSecret(scene, volumeOf(scene, 'credentials'));
    const basic = `Basic ${Buffer.from('canary:s@cret').toString('base64')}`;
    expect(new Set(proxy.asked.map(({ credentials }) => credentials))).toEqual(new Set([basic]));
  });

  test('may itself speak TLS', async () => {
    const { ca, cert, key } = await makeTls(['localhost']);
    const secured = await startConnectProxy({ cert, key });
    try {
      const caBundle = [scene.azure.caPem, ca].join('\n');
      await scene.kubelet.configure({ caBundle, httpsProxy: `https://localhost:${secured.port}` });
      await expectPlainSecret(scene, volumeOf(scene, 'tls'));
      expect(secured.asked.map(({ authority }) => authority)).toEqual([ENTRA, VAULT]);
      await configure({ httpsProxy: `https://localhost:${secured.port}` });
      expect(await failureOf(scene, volumeOf(scene, 'untrusted'))).toMatch(
        /the proxy localhost:\d+ could not be reached; .*\(PROXY_\w+\)$/,
      );
    } finally {
      await secured.close();
    }
  });

  test("goes before kubelet's", async () => {
    await configure({ httpsProxy: url() });
    await expectPlainSecret(scene, volumeOf(scene, 'both'), { HTTPS_PROXY: DEAD });
    expect(authorities()).toEqual([ENTRA, VAULT]);
  });

  test.each([
    ['a host', ['testkv.vault.azure.net'], [ENTRA]],
    ['a domain', ['vault.azure.net'], [ENTRA]],
    ['a suffix', ['.azure.net', 'other.example'], [ENTRA]],
    ['everything', ['*'], []],
    ['something else', ['azure'], [ENTRA, VAULT]],
  ])('is passed by for what noProxy names: %s', async (_, noProxy, expected) => {
    await configure({ httpsProxy: url(), noProxy });
    await expectPlainSecret(scene, volumeOf(scene, 'exempt'));
    expect(authorities()).toEqual(expected);
  });

  test('cannot stand in for the host: the certificate has to be its own', async () => {
    const clouds = {
      Elsewhere: { authority: 'https://login.elsewhere.example', vaultSuffix: 'vault.azure.net' },
    };
    await configure({ httpsProxy: url(), clouds });
    proxy.divertTo = ENTRA;
    const volume = volumeOf(scene, 'diverted', { options: { cloudname: 'Elsewhere' } });
    expect(await failureOf(scene, volume)).toMatch(
      /login\.elsewhere\.example .*its TLS certificate is for another host; .*ERR_TLS_CERT_ALTNAME_INVALID/,
    );
    expect(authorities()).toEqual(['login.elsewhere.example:443']);
    expect(scene.azure.requests()).toEqual([]);
  });

  test.each([
    [
      'wants other credentials',
      '407 Proxy Authentication Required',
      'wants other credentials; check httpsProxy in the node configuration \\(PROXY_HTTP_407\\)',
    ],
    ['forbids it', '403 Forbidden', 'did not let the connection through \\(PROXY_HTTP_403\\)'],
    ['does not reach the host', '502 Bad Gateway', 'did not let the connection through \\(PROXY_HTTP_502\\)'],
  ])('that %s is named, without its credentials', async (_, refusal, text) => {
    await configure({ httpsProxy: url(`${CREDENTIALS}@`) });
    proxy.refusal = refusal;
    const message = await failureOf(scene, volumeOf(scene, 'refused'));
    expect(message).toMatch(
      new RegExp(
        `^TokenUnavailable: the token endpoint login\\.microsoftonline\\.com \\(cloud AzurePublicCloud\\) could not be reached: the proxy 127\\.0\\.0\\.1:${proxy.port} ${text}$`,
      ),
    );
    expect(message).not.toMatch(/canary|s@cret|s%40cret/);
  });

  test('that is not there is named, without its credentials', async () => {
    await configure({ httpsProxy: `http://${CREDENTIALS}@127.0.0.1:9` });
    const message = await failureOf(scene, volumeOf(scene, 'dead'));
    expect(message).toMatch(
      /the proxy 127\.0\.0\.1:9 could not be reached; check httpsProxy .*\(PROXY_ECONNREFUSED\)$/,
    );
    expect(message).not.toMatch(/canary|s@cret|s%40cret/);
  });

  test.each([
    ['NMI', { usepodidentity: 'true' }],
    ['the metadata service', { usevmmanagedidentity: 'true' }],
  ])('is never asked for %s', async (_, options) => {
    await configure({ httpsProxy: url() });
    await expectPlainSecret(scene, volumeOf(scene, 'local', { secret: {}, options }));
    expect(authorities()).toEqual([VAULT]);
  });
});

describe("kubelet's proxy", () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])('is used: %s', async (name) => {
    await expectPlainSecret(scene, volumeOf(scene, 'environment'), { [name]: url() });
    expect(authorities()).toEqual([ENTRA, VAULT]);
  });

  test('may lack its scheme, and has exceptions', async () => {
    const environment = {
      HTTPS_PROXY: `127.0.0.1:${proxy.port}`,
      NO_PROXY: 'localhost,10.0.0.0/8,.vault.azure.net',
    };
    await expectPlainSecret(scene, volumeOf(scene, 'exceptions'), environment);
    expect(authorities()).toEqual([ENTRA]);
  });

  test.each([
    ['NMI', 'nmi', { usepodidentity: 'true' }],
    ['the metadata service', 'imds', { usevmmanagedidentity: 'true' }],
  ])('is never asked for %s, but for the vault', async (_, role, options) => {
    const volume = volumeOf(scene, 'proxied', { secret: {}, options });
    expect(await failureOf(scene, volume, { HTTPS_PROXY: DEAD })).toMatch(/^VaultUnreachable: /);
    expect(scene.azure.counts()).toMatchObject({ byRole: { [role]: 1 }, byStatus: { 200: 1 } });
  });

  test('is not used where only plain HTTP has one', async () => {
    await expectPlainSecret(scene, volumeOf(scene, 'plain-http'), { HTTP_PROXY: DEAD, ALL_PROXY: DEAD });
  });

  test('is a fault when it is none', async () => {
    const environment = { HTTPS_PROXY: 'socks5://canary@proxy.example' };
    expect(await failureOf(scene, volumeOf(scene, 'socks'), environment)).toBe(
      'NodeConfigInvalid: HTTPS_PROXY in kubelet\'s environment is not of the form http://host:port; fix it there, or set httpsProxy (or noProxy to ["*"]) in the node configuration',
    );
  });

  test('does not matter where the node configuration excepts every host', async () => {
    await configure({ noProxy: ['*'] });
    await expectPlainSecret(scene, volumeOf(scene, 'direct'), { HTTPS_PROXY: 'socks5://proxy.example' });
  });
});
