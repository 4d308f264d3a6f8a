import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { parse } from '../../options/testing/valid-options.ts';
import type { ReadItem, ReadRequest, TokenSource } from '../../ports.ts';
import type { Transport } from '../../transport/transport.ts';
import { createObjectReader } from '../reader.ts';

export const VERSION = '0123456789abcdef0123456789abcdef';

type Body = object | string;
/** A status and body, an error of the connection, or `hang`. `{id}` in a body becomes the object's identifier. */
export type Answer =
  | readonly [status: number, body: Body, headers?: Readonly<Record<string, string>>]
  | Error
  | 'hang';
/** By `host/path`, the vault's name being enough of the host, names in lower case; several answers are given in turn. */
export type Answers = Readonly<Record<string, Answer | readonly Answer[]>>;

/** Vaults behind a client of HTTP: what they do not have is 404, as Key Vault says it. */
export class FakeVaults implements HttpClient {
  readonly requests: PipelineRequest[] = [];
  /** Most requests at the same time. */
  parallel = 0;
  #running = 0;
  readonly #answers: Answers;
  readonly #turns = new Map<string, number>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Of each request, `vault/path` in lower case. */
  get paths(): string[] {
    return this.requests.map(({ url }) => pathOf(url));
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    this.requests.push(request);
    this.#running += 1;
    this.parallel = Math.max(this.parallel, this.#running);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      return await this.#answer(request);
    } finally {
      this.#running -= 1;
    }
  }

  async #answer(request: PipelineRequest): Promise<PipelineResponse> {
    const path = pathOf(request.url);
    const answer = this.#next(path) ?? notFound(path);
    if (answer === 'hang') return hang(request);
    if (answer instanceof Error) throw answer;
    const [status, body, headers = {}] = answer;
    const id = `${new URL(request.url).origin}/${path.split('/').slice(1, 3).join('/')}/${VERSION}`;
    return {
      request,
      status,
      headers: createHttpHeaders({ 'content-type': 'application/json; charset=utf-8', ...headers }),
      bodyAsText: (typeof body === 'string' ? body : JSON.stringify(body)).replaceAll('{id}', id),
    };
  }

  #next(path: string): Answer | undefined {
    const answers = this.#answers[path];
    if (answers === undefined || isAnswer(answers)) return answers;
    const turn = this.#turns.get(path) ?? 0;
    this.#turns.set(path, turn + 1);
    return answers[Math.min(turn, answers.length - 1)];
  }
}

function isAnswer(answers: Answer | readonly Answer[]): answers is Answer {
  return answers instanceof Error || answers === 'hang' || typeof answers[0] === 'number';
}

function pathOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  const page = searchParams.get('$skiptoken');
  const path = `${host.split('.')[0]}${pathname.replace(/\/$/, '')}`.toLowerCase();
  return page === null ? path : `${path}?${page}`;
}

function notFound(path: string): Answer {
  const code = { secrets: 'SecretNotFound', keys: 'KeyNotFound', certificates: 'CertificateNotFound' }[
    path.split('/')[1] ?? ''
  ];
  return [404, { error: { code, message: 'canary' } }];
}

function hang({ abortSignal }: PipelineRequest): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new DOMException('aborted', 'AbortError'));
    if (abortSignal?.aborted) abort();
    else abortSignal?.addEventListener('abort', abort);
  });
}

const tokens: TokenSource = {
  getToken: async () => ({ token: 'the-token', expiresAt: Date.now() + 3_600_000 }),
};

/** A reader without pauses between its attempts, but one repetition. */
export function readerOf(
  vaults: HttpClient,
  { source = tokens, timeLeft = 60_000, maxRetries = 1 } = {},
): ReturnType<typeof createObjectReader> {
  const transport: Transport = {
    httpClient: vaults,
    retryOptions: { maxRetries, retryDelayInMs: 1, maxRetryDelayInMs: 1 },
    userAgentOptions: { userAgentPrefix: 'test' },
  };
  const end = performance.now() + timeLeft;
  return createObjectReader(source, transport, () => end - performance.now());
}

type Changes = Partial<Omit<ReadItem, 'source'>>;

export function named(name: string, changes: Changes & { version?: string } = {}): ReadItem {
  const { version, ...rest } = changes;
  return { ...item, source: { kind: 'named', name, version, file: name }, ...rest };
}

export function selection(
  pattern: string | undefined,
  changes: Changes & { tags?: Record<string, string> } = {},
): ReadItem {
  const { tags = {}, ...rest } = changes;
  return { ...item, source: { kind: 'selection', name: pattern, tags, directory: undefined }, ...rest };
}

const item = {
  origin: 'objects[0]',
  type: 'secret',
  vault: 'Shop-Vault',
  fallbackVault: undefined,
  optional: false,
} as const;

export async function ask(...items: readonly ReadItem[]): Promise<ReadRequest> {
  const { pod, identity, cloud } = await parse({});
  return { pod, identity, cloud, items };
}

/** A secret's answer. */
export function secret(value: string, fields: object = {}): Answer {
  return [200, { id: '{id}', value, attributes: { enabled: true }, ...fields }];
}

/** An item of a list. */
export function listed(
  name: string,
  fields: { enabled?: boolean; tags?: object; managed?: true } = {},
): object {
  const { enabled = true, ...rest } = fields;
  return { id: `https://shop-vault.vault.azure.net/secrets/${name}`, attributes: { enabled }, ...rest };
}
