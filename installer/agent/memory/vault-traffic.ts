import { setTimeout as delay } from 'node:timers/promises';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { retryAfter } from '../../../driver/transport/retry-after.ts';
import { BoundedMemory } from './bounded-memory.ts';
import { keyedHash } from './credential-key.ts';
import type { Flights } from './flights.ts';
import type { VaultBudget } from './vault-budget.ts';

/** A refusal is not asked for again for so long: a pod that cannot start comes back every few seconds. */
const REFUSAL_MS = 3000;
const MAX_REFUSAL_BYTES = 1024 * 1024;
/** Of answers that others got while a request had to wait. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** A vault that is to be left in peace for so long at most is waited for without a word. */
const SHORT_WAIT_MS = 2000;
const SPREAD_MS = 50;

/** Which answers of before will do, by moments of the traffic's clock. */
export interface Acceptable {
  /** What was asked before it will not. */
  since(): number;
  /** Refusals that were given before it will not. */
  refusalsSince(): number;
}

const anything: Acceptable = {
  since: () => Number.NEGATIVE_INFINITY,
  refusalsSince: () => Number.NEGATIVE_INFINITY,
};

/** An answer, and when it was asked for. */
interface Answered {
  readonly response: PipelineResponse;
  readonly askedAt: number;
}

export interface TrafficSettings {
  readonly flights: Flights;
  readonly budget: VaultBudget;
  now(): number;
  /** False: refusals are asked for again. */
  readonly keeps: boolean;
  /** How long an answer is taken for the latest. */
  readonly latestMs: number;
  /** Who this token was given to. */
  identityOf(token: string): string | undefined;
  /** A vault does not take this token. */
  refused(token: string): void;
  counted(to: 'vault' | 'token', status: number | undefined): void;
}

/**
 * Everything that a node asks its vaults goes through here: what is under way for the same identity is shared, 403 and
 * 404 are remembered for a moment, a vault that throttles is left in peace. It stands where the SDK's pipeline sends,
 * so that its checks and what is told of a failure are the same as without it.
 */
export class VaultTraffic {
  readonly #settings: TrafficSettings;
  readonly #refusals: BoundedMemory<Answered>;
  readonly #answers: BoundedMemory<Answered>;
  /** Requests that a vault was too busy for. */
  readonly #waiting = new WeakSet<PipelineRequest>();

  constructor(settings: TrafficSettings) {
    this.#settings = settings;
    this.#refusals = new BoundedMemory(MAX_REFUSAL_BYTES, settings.now);
    this.#answers = new BoundedMemory(MAX_ANSWER_BYTES, settings.now);
  }

  /** @param acceptable is asked at each request */
  through(client: HttpClient, acceptable = anything): HttpClient {
    return {
      sendRequest: async (request) => {
        const token = bearerOf(request);
        return token === undefined
          ? this.#send(client, request, 'token')
          : this.#ask(client, request, token, acceptable);
      },
    };
  }

  sweep(): void {
    this.#refusals.sweep();
    this.#answers.sweep();
  }

  async #ask(
    client: HttpClient,
    request: PipelineRequest,
    token: string,
    acceptable: Acceptable,
  ): Promise<PipelineResponse> {
    const { flights, budget, keeps } = this.#settings;
    const { host } = new URL(request.url);
    const key = `${this.#settings.identityOf(token) ?? keyedHash(token)} ${request.url}`;
    const signal = (request.abortSignal as AbortSignal | undefined) ?? new AbortController().signal;
    const known = await this.#known(request, host, key, acceptable, signal);
    if (known !== undefined) return { ...known, request };
    signal.throwIfAborted();
    const begin = async (whole: AbortSignal) => {
      const askedAt = this.#settings.now();
      if (keeps) await budget.turn(host, whole);
      // It may have come to throttle since.
      if (keeps && budget.closedFor(host) > 0) return tooManyRequests(request, budget.closedFor(host));
      const response = await this.#send(client, withSignal(request, whole), 'vault');
      this.#learn({ response, askedAt }, host, key, token);
      return response;
    };
    const response = await flights.share(key, signal, begin, acceptable.since());
    if (response.status === 429) this.#waiting.add(request);
    return { ...response, request };
  }

  /** What can be said without asking the vault; undefined when it is to be asked. */
  async #known(
    request: PipelineRequest,
    host: string,
    key: string,
    { since, refusalsSince }: Acceptable,
    signal: AbortSignal,
  ): Promise<PipelineResponse | undefined> {
    const { budget, keeps } = this.#settings;
    let closedFor = keeps ? budget.closedFor(host) : 0;
    if (closedFor > 0) this.#waiting.add(request);
    // A short while is waited out here: each refusal uses up one of the few tries that a request has.
    while (closedFor > 0 && closedFor <= SHORT_WAIT_MS) {
      await delay(closedFor + Math.random() * SPREAD_MS, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
      closedFor = budget.closedFor(host);
    }
    // Of all that waited for the same thing one asks for it, and the others take what it got.
    const meanwhile = this.#waiting.has(request) ? this.#answers.get(key)?.value : undefined;
    const refusal = this.#refusals.get(key)?.value;
    const known =
      meanwhile !== undefined && meanwhile.askedAt >= since()
        ? meanwhile
        : refusal !== undefined && refusal.askedAt >= refusalsSince()
          ? refusal
          : undefined;
    return known?.response ?? (closedFor > 0 ? tooManyRequests(request, closedFor) : undefined);
  }

  async #send(
    client: HttpClient,
    request: PipelineRequest,
    to: 'vault' | 'token',
  ): Promise<PipelineResponse> {
    let status: number | undefined;
    try {
      const response = await client.sendRequest(request);
      status = response.status;
      return response;
    } finally {
      this.#settings.counted(to, status);
    }
  }

  #learn(answered: Answered, host: string, key: string, token: string): void {
    const { response } = answered;
    const { status, bodyAsText } = response;
    const bytes = (bodyAsText?.length ?? 0) * 2;
    if (status === 401) this.#settings.refused(token);
    if (!this.#settings.keeps) return;
    if (status === 429) this.#settings.budget.throttled(host, retryAfter(response));
    else this.#settings.budget.served(host);
    if (status === 403 || status === 404) this.#refusals.set(key, answered, bytes, REFUSAL_MS);
    if (status === 200 && this.#settings.budget.isRecovering(host))
      this.#answers.set(key, answered, bytes, this.#settings.latestMs);
  }
}

function bearerOf({ method, url, headers }: PipelineRequest): string | undefined {
  if (method !== 'GET' || !url.startsWith('https:')) return undefined;
  return /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
}

/** The request goes on when the one who made it first is gone. */
function withSignal(request: PipelineRequest, abortSignal: AbortSignal): PipelineRequest {
  return Object.assign(Object.create(Object.getPrototypeOf(request)), request, { abortSignal });
}

/** What the vault would say, had it been asked. */
function tooManyRequests(request: PipelineRequest, milliseconds: number): PipelineResponse {
  const headers = createHttpHeaders({
    'content-type': 'application/json; charset=utf-8',
    'retry-after': String(Math.ceil(milliseconds / 1000)),
  });
  const bodyAsText = JSON.stringify({ error: { code: 'Throttled', message: 'still throttled' } });
  return { request, status: 429, headers, bodyAsText };
}
