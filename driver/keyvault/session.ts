import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { ObjectType } from '../options/items.ts';
import type { AccessToken, FoundObject } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { answerLimitsPolicy } from './answer-limits.ts';
import { apiVersionPolicy } from './api-versions.ts';
import { authorizePolicy } from './authorize.ts';
import type { Bound } from './bound.ts';
import type { CreateVaultClient, ListedObject } from './client.ts';
import { describeObject, type ObjectReference, pathOf } from './object.ts';
import { isOutage } from './outage.ts';
import { patiencePolicy } from './patience.ts';
import { ReadFailure } from './read-failure.ts';
import { refusalPolicy } from './refusal.ts';
import { Sightings, sightingsPolicy } from './sightings.ts';
import { originOf } from './vault-host.ts';

/** So many objects a selection looks through, which is 80 requests in sequence: pages have at most 25. */
const MAX_LISTED = 2000;
const MAX_PAGES = 200;
/** Names go into paths of files. Source: Key Vault REST reference, object-name. */
const NAME = /^[0-9A-Za-z-]{1,127}$/;

/** One vault during one read, within one bound. */
export interface VaultSession {
  readonly vault: string;
  readonly sightings: Sightings;
  /** @throws ReadFailure */
  get(object: Omit<ObjectReference, 'vault'>): Promise<FoundObject>;
  /** @throws ReadFailure */
  list(type: ObjectType): Promise<ListedObject[]>;
}

/**
 * @param host the vault's, which is always built from its name and the cloud: a token never goes anywhere else
 */
export function openSession(
  vault: string,
  host: string,
  token: Promise<AccessToken>,
  transport: Transport,
  bound: Bound,
  createClient: CreateVaultClient,
  cloud: Pick<Cloud, 'vaultSuffix' | 'apiVersions'>,
): VaultSession {
  const sightings = new Sightings(host);
  const origin = originOf(host);
  // The token is still under way: what it takes to find the vault goes beside it.
  transport.lookUp?.(host);
  const client = createClient(origin, token, transport, {
    perCall: [boundPolicy(bound), apiVersionPolicy(cloud), refusalPolicy],
    perRetry: [
      authorizePolicy(origin, token),
      sightingsPolicy(sightings),
      patiencePolicy(bound),
      answerLimitsPolicy,
    ],
  });
  // A vault that is down or throttling is not asked for the rest: each would be waited for anew.
  let outage: unknown;

  async function ask<T>(what: string, path: string, request: () => Promise<T>): Promise<T> {
    sightings.begin(path, what);
    try {
      bound.signal.throwIfAborted();
      if (outage !== undefined) throw outage;
      const answer = await request();
      sightings.end(path);
      return answer;
    } catch (thrown) {
      const error = bound.signal.aborted ? bound.signal.reason : thrown;
      if (isOutage(error)) outage ??= error;
      if (!bound.signal.aborted) sightings.end(path);
      throw new ReadFailure(vault, host, error);
    }
  }

  return {
    vault,
    sightings,
    get: (object) =>
      ask(describeObject(object), pathOf(object.type, object.name, object.version), () =>
        client.get({ vault, ...object }),
      ),
    list: (type) => ask(`list of ${type}s`, pathOf(type), () => collect(client.list(type))),
  };
}

async function collect(pages: AsyncIterable<readonly ListedObject[]>): Promise<ListedObject[]> {
  const listed: ListedObject[] = [];
  let count = 0;
  for await (const page of pages) {
    count += 1;
    listed.push(...page);
    if (listed.length > MAX_LISTED || count > MAX_PAGES)
      throw new DriverError(
        'SelectionTooLarge',
        `it has more than ${MAX_LISTED} of them, which is as far as a selection looks; name the objects one by one, or keep them in a vault of their own`,
      );
  }
  if (!listed.every(({ name }) => NAME.test(name)))
    throw new DriverError('VaultFault', 'its list has a name that is none of Key Vault');
  return listed;
}

/** Every request ends with the bound; the SDK itself forgets the signal on the further pages of a list. */
function boundPolicy({ signal }: Bound): PipelinePolicy {
  return {
    name: 'boundPolicy',
    sendRequest(request, next) {
      request.abortSignal = signal;
      return next(request);
    },
  };
}
