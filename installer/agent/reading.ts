import { setImmediate } from 'node:timers/promises';
import { createTokenSource } from '../../driver/credentials/select.ts';
import { DriverError } from '../../driver/errors.ts';
import { createVaultClient } from '../../driver/keyvault/client.ts';
import { createObjectReader } from '../../driver/keyvault/reader.ts';
import type {
  AccessToken,
  FederatedToken,
  FederatedTokens,
  FoundObject,
  ObjectReader,
  ReadRequest,
} from '../../driver/ports.ts';
import { chooseProxy } from '../../driver/transport/proxy.ts';
import { createTransport, type Transport, type TransportSettings } from '../../driver/transport/transport.ts';
import type { Lane } from './lane.ts';
import { Flights } from './memory/flights.ts';
import { ObjectMemory, type VolumeReading } from './memory/object-memory.ts';
import type { MemorySettings } from './memory/settings.ts';
import { readOrRecall } from './memory/stale-start.ts';
import { type RememberingTokenSource, TokenMemory } from './memory/token-memory.ts';
import { VaultBudget } from './memory/vault-budget.ts';
import { type Acceptable, VaultTraffic } from './memory/vault-traffic.ts';
import { NewestOf } from './newest-of.ts';
import type { ReaderFor } from './reader-for.ts';

export interface ReadingSettings {
  readonly version: string;
  readonly memory: MemorySettings;
  readonly counts: ReadingCounts;
  readonly computeFor: Lane['computeFor'];
}

/** Is told what is read, for the metrics. */
export interface ReadingCounts {
  looked(what: 'token' | 'object' | 'list', outcome: 'remembered' | 'asked'): void;
  /** One answer over HTTP, or none (`undefined`). */
  requested(to: 'vault' | 'token', status: number | undefined): void;
  /** A volume got what was read before, as Azure could not be asked. */
  startedStale(): void;
  /** Tells how many bytes of objects are kept. */
  keeping(bytes: () => number): void;
}

/** Ways out of the node that are kept: one at rest, and one more while the configuration changes. */
const MAX_TRANSPORTS = 4;
const SWEEP_MS = 60_000;

/** The driver's own reading, by connections that stay open and with what is known already. */
export class NodeReading {
  readonly #settings: ReadingSettings;
  readonly #transports = new NewestOf<Transport>(MAX_TRANSPORTS);
  readonly #tokens: TokenMemory;
  readonly #objects: ObjectMemory;
  readonly #traffic: VaultTraffic;

  constructor(settings: ReadingSettings) {
    this.#settings = settings;
    const { memory, counts } = settings;
    const now = () => performance.now();
    const flights = new Flights(now);
    const { keeps } = memory;
    this.#tokens = new TokenMemory({
      flights,
      now,
      keeps,
      counted: (outcome) => counts.looked('token', outcome),
    });
    this.#objects = new ObjectMemory({
      maxBytes: keeps ? memory.maxBytes : 0,
      latestMs: memory.latestMs,
      pinnedMs: memory.pinnedMs,
      now,
      counted: (what, outcome) => counts.looked(what, outcome),
    });
    this.#traffic = new VaultTraffic({
      flights,
      budget: new VaultBudget(memory.requestsPerSecond, now),
      now,
      keeps,
      latestMs: memory.latestMs,
      identityOf: (token) => this.#tokens.identityOf(token),
      refused: (token) => this.#tokens.forget(token),
      counted: (to, status) => counts.requested(to, status),
    });
    counts.keeping(() => this.#objects.bytes);
    setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  readonly readerFor: ReaderFor = (config, { environment, federatedToken }, timeLeft, freshSince) => {
    const way = this.#transportOf({
      caBundle: config.caBundle,
      proxy: chooseProxy(config, environment.proxy),
    });
    const federatedTokens = async () => only(federatedToken);
    const { nmiPorts } = config;
    return {
      read: async (request, signal) => {
        const { startStaleMs = 0 } = request;
        const how = { recallMs: startStaleMs, freshSince };
        const current: Current = { reading: undefined };
        const acceptable = acceptableFor(request, current, freshSince);
        const transport = { ...way, httpClient: this.#traffic.through(way.httpClient, acceptable) };
        const compute = this.#settings.computeFor(request.pod, signal);
        const real = createTokenSource({ transport, nmiPorts, federatedTokens, compute });
        const tokens = this.#tokens.source(real, federatedToken);
        const reader = createObjectReader(tokens, transport, timeLeft, (token) => {
          const reading = this.#objects.begin(this.#whoseRead(tokens, token), request, how);
          current.reading?.end();
          current.reading = reading;
          return (origin, ...rest) => reading.around(createVaultClient(origin, ...rest), origin);
        });
        const read = (whole: AbortSignal) => this.#read(reader, tokens, request, whole);
        try {
          if (startStaleMs === 0 || freshSince !== undefined) return await read(signal);
          const recall = () => {
            const { identity } = tokens.used;
            return identity === undefined ? undefined : this.#objects.recall(identity, request, startStaleMs);
          };
          const found = await readOrRecall(read, recall, signal);
          if (found.flat().some(({ readAt }) => readAt !== undefined)) this.#settings.counts.startedStale();
          return found;
        } finally {
          current.reading?.end();
        }
      },
    };
  };

  async #read(
    reader: ObjectReader,
    { used }: RememberingTokenSource,
    request: ReadRequest,
    signal: AbortSignal,
  ): Promise<FoundObject[][]> {
    try {
      return await reader.read(request, signal);
    } catch (error) {
      // A token that was remembered may have been revoked since; one that was just given was not.
      const { remembered } = used;
      if (remembered === undefined || this.#tokens.keeps(remembered) || signal.aborted) throw error;
      return reader.read(request, signal);
    }
  }

  async #whoseRead(
    { used }: RememberingTokenSource,
    token: Promise<AccessToken>,
  ): Promise<string | undefined> {
    if (used.identity === undefined) {
      const given = await token.catch(() => undefined);
      return given && this.#tokens.identityOf(given.token);
    }
    // Requests are made ready while the token is on its way, but not before it was asked for.
    if (used.remembered === undefined) await setImmediate();
    return used.identity;
  }

  #transportOf(settings: TransportSettings): Transport {
    return this.#transports.get(keyOf(settings), () => createTransport(settings, this.#settings.version));
  }

  #sweep(): void {
    this.#tokens.sweep();
    this.#objects.sweep();
    this.#traffic.sweep();
  }
}

/** The reading that a volume is read in; another one begins when a token was refused. */
interface Current {
  reading: VolumeReading | undefined;
}

/**
 * What vaults said before will do for a reading. A refusal of a few seconds ago fails the volume as a new one would; but where
 * a volume may do without an object, that it was missing before must not go with what the others are now.
 */
function acceptableFor({ items }: ReadRequest, current: Current, freshSince: number | undefined): Acceptable {
  const since = () => current.reading?.since ?? Number.POSITIVE_INFINITY;
  const mayLack = items.some(({ optional, source }) => optional || source.kind === 'selection');
  const isOfNow = mayLack || freshSince !== undefined;
  return { since, refusalsSince: isOfNow ? since : () => Number.NEGATIVE_INFINITY };
}

function only(federatedToken: FederatedToken | undefined): FederatedTokens {
  return {
    async find() {
      if (federatedToken === undefined)
        throw new DriverError('Internal', 'the driver sent no token of the service account');
      return federatedToken;
    },
  };
}

function keyOf({ caBundle, proxy }: TransportSettings): string {
  return JSON.stringify([caBundle, proxy?.url.href, proxy?.except]);
}
