import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import { parse } from '../options/testing/valid-options.ts';
import type { ObjectReference, ReadRequest, TokenSource } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { createObjectReader } from './reader.ts';

const signal = new AbortController().signal;
const VERSION = '0123456789abcdef0123456789abcdef';

/** A vault that answers by path, in lower case as names have no case there; a path it does not have is 404. */
class FakeVault implements HttpClient {
  readonly requests: PipelineRequest[] = [];
  readonly #answers: Readonly<Record<string, readonly [status: number, body: object]>>;

  constructor(answers: Readonly<Record<string, readonly [status: number, body: object]>>) {
    this.#answers = answers;
  }

  async sendRequest(request: PipelineRequest) {
    this.requests.push(request);
    const { origin, pathname } = new URL(request.url);
    const path = pathname.replace(/\/$/, '').toLowerCase();
    const [status, body] = this.#answers[path] ?? [404, { error: { code: 'NotFound', message: 'canary' } }];
    const id = `${origin}${path.split('/').slice(0, 3).join('/')}/${VERSION}`;
    return {
      request,
      status,
      headers: createHttpHeaders({ 'content-type': 'application/json', location: 'https://evil.example/' }),
      bodyAsText: JSON.stringify(body).replaceAll('{id}', id),
    };
  }
}

const tokens: TokenSource = {
  getToken: async () => ({ token: 'the-token', expiresAt: Date.now() + 3_600_000 }),
};

function readerOf(vault: HttpClient, source = tokens) {
  const transport: Transport = {
    httpClient: vault,
    tlsOptions: {},
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'test' },
  };
  return createObjectReader(source, transport);
}

const { pod, identity, cloud } = await parse({});

function ask(...objects: (Partial<ObjectReference> & { name: string })[]): ReadRequest {
  return {
    pod,
    identity,
    cloud,
    objects: objects.map((object) => ({
      vault: 'Shop-Vault',
      type: 'secret',
      version: undefined,
      ...object,
    })),
  };
}

describe('objects are read', () => {
  test('in the order asked for, each distinct one once, with the token up front', async () => {
    const vault = new FakeVault({
      '/secrets/a': [200, { id: '{id}', value: 'A' }],
      [`/secrets/a/${VERSION}`]: [200, { id: '{id}', value: 'old A', contentType: 'text/plain' }],
      '/certificates/c': [200, { id: '{id}', cer: 'MAMCAQA=' }],
      '/keys/k': [200, { key: { kid: '{id}', kty: 'RSA-HSM', n: 'AQID', e: 'AQAB' } }],
    });
    const request = ask(
      { name: 'a' },
      { type: 'key', name: 'k' },
      { name: 'A' },
      { type: 'cert', name: 'c' },
      { name: 'a', version: VERSION },
    );
    const objects = await readerOf(vault).read(request, signal);
    expect(objects).toEqual([
      { type: 'secret', value: 'A', contentType: undefined },
      { type: 'key', key: { kty: 'RSA', n: Buffer.of(1, 2, 3), e: Buffer.of(1, 0, 1) } },
      { type: 'secret', value: 'A', contentType: undefined },
      { type: 'cert', der: Buffer.of(0x30, 3, 2, 1, 0) },
      { type: 'secret', value: 'old A', contentType: 'text/plain' },
    ]);
    expect(vault.requests).toHaveLength(4);
    for (const { url, headers } of vault.requests) {
      expect(new URL(url).origin).toBe('https://shop-vault.vault.azure.net');
      expect(headers.get('authorization')).toBe('Bearer the-token');
    }
  });

  test('many more than are asked for at once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const vault = new FakeVault(
      Object.fromEntries(names.map((name) => [`/secrets/${name}`, [200, { id: '{id}', value: name }]])),
    );
    const objects = await readerOf(vault).read(ask(...names.map((name) => ({ name }))), signal);
    expect(objects.map((object) => object.type === 'secret' && object.value)).toEqual(names);
  });
});

describe('nothing is read', () => {
  test('when some objects cannot be: all of them are named, under the code of the first', async () => {
    const vault = new FakeVault({
      '/secrets/a': [200, { id: '{id}', value: 'A' }],
      '/secrets/b': [403, { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } }],
      '/keys/k': [200, { key: { kid: '{id}', kty: 'oct' } }],
    });
    const request = ask({ name: 'a' }, { name: 'b' }, { type: 'key', name: 'k' }, { name: 'gone' });
    await expect(readerOf(vault).read(request, signal)).rejects.toThrow(
      expect.objectContaining({
        code: 'ObjectDisabled',
        message: [
          'secret "b" of shop-vault.vault.azure.net is disabled; enable it in the vault (HTTP 403, Forbidden, SecretDisabled)',
          'key "k" of shop-vault.vault.azure.net: it is of type oct, which has no public key; only RSA and EC keys can be projected',
          'secret "gone" does not exist in shop-vault.vault.azure.net; check the name and that its type is really secret (HTTP 404, NotFound)',
        ].join(' | '),
      }),
    );
  });

  test('when there is no token: the fault of the token is told, once, and the vault is not asked', async () => {
    const vault = new FakeVault({});
    const error = new DriverError('CredentialRejected', 'the client secret has expired');
    const source: TokenSource = { getToken: async () => Promise.reject(error) };
    await expect(readerOf(vault, source).read(ask({ name: 'a' }, { name: 'b' }), signal)).rejects.toBe(error);
    expect(vault.requests).toEqual([]);
  });

  test('when the vault redirects: the token goes nowhere else', async () => {
    const vault = new FakeVault({ '/secrets/a': [302, {}] });
    await expect(readerOf(vault).read(ask({ name: 'a' }), signal)).rejects.toMatchObject({
      code: 'VaultFault',
    });
    expect(vault.requests.map(({ url }) => new URL(url).host)).toEqual(['shop-vault.vault.azure.net']);
  });

  test('when the call-out was aborted meanwhile: its reason is told, not what the requests died of', async () => {
    const controller = new AbortController();
    const reason = new DriverError('DeadlineExceeded', 'took too long');
    const vault: HttpClient = {
      async sendRequest() {
        controller.abort(reason);
        throw new DOMException('aborted', 'AbortError');
      },
    };
    await expect(readerOf(vault).read(ask({ name: 'a' }), controller.signal)).rejects.toBe(reason);
  });
});
