import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { afterEach, describe, expect, test } from 'vitest';
import { createTransport } from './transport.ts';

test('a transport tells when its first request is on its way, before the answer is there', async () => {
  const asked = Promise.withResolvers<() => void>();
  const server = createServer((_, response) => asked.resolve(() => response.end('ok')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { httpClient, firstRequest } = createTransport({ caBundle: undefined, proxy: undefined }, '1.2.3');
  const events: string[] = [];
  void firstRequest?.then(() => events.push('on its way'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(events).toEqual([]);

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answered = httpClient.sendRequest(createPipelineRequest({ url, allowInsecureConnection: true }));
  const answer = await asked.promise;
  expect(events).toEqual(['on its way']);
  answer();
  expect((await answered).bodyAsText).toBe('ok');
  server.close();
});

describe('a name is looked up early', () => {
  const proxy = { url: new URL('http://proxy.example:3128'), except: ['.internal'] };
  const runtime = globalThis as { Bun?: unknown };
  afterEach(() => delete runtime.Bun);

  test.each([
    ['where no proxy is', undefined, 'shop.vault.azure.net', ['shop.vault.azure.net:443']],
    ['past the proxy, where a host is exempt from it', proxy, 'shop.internal', ['shop.internal:443']],
    ['and not where a proxy does it', proxy, 'shop.vault.azure.net', []],
  ])('%s', (_, by, host, expected) => {
    const seen: string[] = [];
    runtime.Bun = { dns: { prefetch: (name: string, port: number) => seen.push(`${name}:${port}`) } };
    createTransport({ caBundle: undefined, proxy: by }, '1.2.3').lookUp?.(host);
    expect(seen).toEqual(expected);
  });

  test('but not under Node, which has no such thing', () => {
    expect(() =>
      createTransport({ caBundle: undefined, proxy: undefined }, '1').lookUp?.('a.b'),
    ).not.toThrow();
  });
});
