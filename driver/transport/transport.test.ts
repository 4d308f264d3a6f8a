import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { expect, test } from 'vitest';
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
