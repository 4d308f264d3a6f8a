import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPipeline, createTransport } from './transport.ts';

const MIB = 1024 * 1024;
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/whole': (response) => response.end(Buffer.alloc(MIB, ' ')),
  '/large': (response) => response.end(Buffer.alloc(MIB + 1, ' ')),
  '/refused': (response) => response.writeHead(403).end(Buffer.alloc(50 * MIB, ' ')),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => response.destroy());
  },
};
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => answers[request.url ?? '']?.(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function get(path: string): Promise<PipelineResponse> {
  const transport = createTransport({ caBundle: undefined, proxy: undefined }, '0.0.0');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const request = createPipelineRequest({ url, allowInsecureConnection: true });
  return createPipeline(transport).sendRequest(transport.httpClient, request);
}

test('an answer of 1 MiB is taken', async () => {
  expect((await get('/whole')).bodyAsText).toHaveLength(MIB);
});

test.each(['/large', '/refused'])('a larger one is not: %s', async (path) => {
  await expect(get(path)).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' });
});

test('one that is cut off is a reset connection', async () => {
  await expect(get('/cut')).rejects.toMatchObject({ code: 'ECONNRESET' });
});
