import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerLimitsPolicy } from './answer-limits.ts';

const MIB = 1024 * 1024;
let server: Server;
let origin: string;
/** Bytes of the last answer that the server got rid of. */
let sent = 0;

/** `/secrets/<bytes>` answers so many blanks, `/secrets` with a query as many as that says; `gzip` packs them. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const length = Number(url.searchParams.get('bytes'));
    const packed = url.searchParams.has('gzip');
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(packed ? { 'content-encoding': 'gzip' } : {}),
    });
    sent = 0;
    if (packed) {
      response.end(gzipSync(Buffer.alloc(length, ' ')));
      return;
    }
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const write = () => {
      while (sent < length && !response.destroyed) {
        const part = chunk.subarray(0, Math.min(chunk.length, length - sent));
        sent += part.length;
        if (!response.write(part)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function lengthOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(answerLimitsPolicy);
  const request = createPipelineRequest({ url: `${origin}${path}`, allowInsecureConnection: true });
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  const response = await pipeline.sendRequest(createDefaultHttpClient(), request);
  return response.bodyAsText?.length ?? 0;
}

test('an answer of the size of objects and of lists is taken', async () => {
  expect(await lengthOf(`/secrets/a?bytes=${MIB}`)).toBe(MIB);
  expect(await lengthOf(`/secrets?bytes=${4 * MIB}`)).toBe(4 * MIB);
});

test('a larger one is cut off while it arrives', async () => {
  await expect(lengthOf(`/secrets/a?bytes=${200 * MIB}`)).rejects.toMatchObject({
    code: 'VaultFault',
    message: 'its answer is larger than 1 MiB, which no object of Key Vault is',
  });
  // What the sockets of both ends hold at most.
  expect(sent).toBeLessThan(50 * MIB);
  await expect(lengthOf(`/secrets?bytes=${4 * MIB + 1}`)).rejects.toThrow('larger than 4 MiB');
});

test('a packed one is measured unpacked', async () => {
  await expect(
    lengthOf(`/secrets/a?gzip=1&bytes=${50 * MIB}`, { 'accept-encoding': 'gzip' }),
  ).rejects.toThrow('larger than 1 MiB');
});
