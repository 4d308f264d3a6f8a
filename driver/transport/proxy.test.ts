import { describe, expect, test } from 'vitest';
import { chooseProxy, describeProxy, isExempt, readProxyEnvironment } from './proxy.ts';

const through = (httpsProxy: string, noProxy: string[] = []) => {
  const proxy = chooseProxy({ httpsProxy, noProxy }, {});
  if (proxy === undefined) throw new RangeError('no proxy');
  return proxy;
};

describe('kubelet says the proxy', () => {
  test.each<[string, Record<string, string>, string | undefined, string[]]>([
    ['nothing', {}, undefined, []],
    ['in upper case', { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:1' }, 'http://a:1', []],
    ['in lower case', { HTTPS_PROXY: '', https_proxy: 'http://b:1' }, 'http://b:1', []],
    ['with exceptions', { NO_PROXY: 'a.b, .c.d,,10.0.0.0/8' }, undefined, ['a.b', '.c.d', '10.0.0.0/8']],
    ['for plain HTTP alone', { HTTP_PROXY: 'http://a:1', ALL_PROXY: 'http://a:1' }, undefined, []],
  ])('%s', (_, environment, httpsProxy, noProxy) => {
    expect(readProxyEnvironment(environment)).toEqual({ httpsProxy, noProxy });
  });
});

describe('the proxy is', () => {
  const kubelets = { httpsProxy: 'http://kubelets:1', noProxy: ['kubelets.example'] };
  test.each([
    ["kubelet's when the node configuration has none", {}, 'kubelets:1', ['kubelets.example']],
    ["the node configuration's", { httpsProxy: 'http://ours:2' }, 'ours:2', ['kubelets.example']],
    [
      "kubelet's with the exceptions of the node configuration",
      { noProxy: ['ours.example'] },
      'kubelets:1',
      ['ours.example'],
    ],
  ])('%s', (_, configured, where, except) => {
    const proxy = chooseProxy(configured, kubelets);
    expect(proxy && describeProxy(proxy)).toBe(where);
    expect(proxy?.except).toEqual(except);
  });

  test.each([
    ['of the node configuration', { noProxy: ['*'] }, {}],
    ['of kubelet', {}, { noProxy: ['*'] }],
  ])('none where the exceptions %s are every host, whatever kind it is of', (_, configured, environment) => {
    expect(chooseProxy(configured, { httpsProxy: 'socks5://proxy:1080', ...environment })).toBeUndefined();
  });

  test.each([
    ["kubelet's environment", {}, /^HTTPS_PROXY in kubelet's environment /],
    ['the node configuration', { httpsProxy: 'http://a\\b@c' }, /^httpsProxy in the node configuration /],
  ])('named by where it stands when it is invalid: %s', (_, configured, message) => {
    expect(() => chooseProxy(configured, { httpsProxy: 'socks5://proxy:1080' })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });

  test('none when nobody names one', () => {
    expect(chooseProxy({ noProxy: ['a.b'] }, {})).toBeUndefined();
  });

  test.each([
    ['http://proxy.example', 'proxy.example:80'],
    ['https://proxy.example', 'proxy.example:443'],
    ['proxy.example:3128', 'proxy.example:3128'],
    ['http://canary:canary@proxy.example:3128/', 'proxy.example:3128'],
    ['http://[::1]:3128', '[::1]:3128'],
  ])('told without credentials: %s', (url, shown) => {
    expect(describeProxy(through(url))).toBe(shown);
  });

  test.each(['socks5://canary', 'http://', 'http://canary/path', 'http://canary:99999', 'http://a?canary'])(
    "a fault when kubelet's is %s, which is not quoted",
    (httpsProxy) => {
      expect(() => chooseProxy({}, { httpsProxy })).toThrow(
        expect.objectContaining({
          code: 'NodeConfigInvalid',
          message: expect.not.stringContaining('canary'),
        }),
      );
    },
  );
});

describe('a host is reached without the proxy', () => {
  test.each([
    ['a.b', 'a.b', true],
    ['a.b', 'x.a.b', true],
    ['a.b', 'xa.b', false],
    ['.a.b', 'x.a.b', true],
    ['.a.b', 'a.b', false],
    ['*.a.b', 'x.a.b', true],
    ['A.B', 'x.a.b', true],
    ['a.b:443', 'a.b', true],
    ['a.b:8443', 'a.b', false],
    ['10.0.0.0/8', 'a.b', false],
    ['b', 'a.b', true],
  ])('when the exception is %s and the host %s: %s', (entry, host, expected) => {
    expect(isExempt(host, through('http://p', [entry]))).toBe(expected);
  });
});
