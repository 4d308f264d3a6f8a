import { DriverError } from '../errors.ts';
import { describeIdentity } from '../options/describe-identity.ts';
import type { FoundObject, ObjectReader, ReadItem, ReadRequest, TokenSource } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { createVaultClient, type VaultClient } from './client.ts';
import { objectFault } from './faults.ts';
import type { ObjectReference } from './object.ts';

/** So many objects are asked for at once; more would only open more connections. */
const MAX_PARALLEL_REQUESTS = 16;

/** Reads objects straight from the vault: one token, then all objects at once, each distinct one once. */
export function createObjectReader(tokens: TokenSource, transport: Transport): ObjectReader {
  return {
    async read(request, signal): Promise<FoundObject[][]> {
      const token = tokens.getToken(request, signal);
      // A rejected token is reported by whoever awaits it below; the clients load meanwhile.
      token.catch(() => undefined);
      const clients = new Map<string, VaultClient>();
      const clientOf = (vault: string) => {
        const client =
          clients.get(vault) ?? createVaultClient(`https://${hostOf(vault, request)}`, token, transport);
        clients.set(vault, client);
        return client;
      };
      const references = request.items.map(referenceOf);
      const distinct = new Map(references.map((object) => [keyOf(object), object]));
      const read = await readAll(
        [...distinct],
        (object) => clientOf(object.vault).get(object, signal),
        MAX_PARALLEL_REQUESTS,
      );
      await token;
      signal.throwIfAborted();
      reportFaults(read, distinct, request);
      return references.map((object) => {
        const outcome = read.get(keyOf(object));
        if (outcome === undefined || 'error' in outcome)
          throw new RangeError('an object was neither read nor reported');
        return [outcome.object];
      });
    },
  };
}

type Outcome = { readonly object: FoundObject } | { readonly error: unknown };

async function readAll(
  objects: readonly (readonly [string, ObjectReference])[],
  get: (object: ObjectReference) => Promise<FoundObject>,
  parallel: number,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const waiting = objects[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const [key, object] of waiting) {
      outcomes.set(
        key,
        await get(object).then(
          (value) => ({ object: value }),
          (error: unknown) => ({ error }),
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, objects.length) }, worker));
  return outcomes;
}

/** Reports all faults at once, each different text once, under the code of the first. */
function reportFaults(
  outcomes: Map<string, Outcome>,
  distinct: Map<string, ObjectReference>,
  request: ReadRequest,
): void {
  const identity = describeIdentity(request.identity, request.pod);
  const faults: DriverError[] = [];
  for (const [key, object] of distinct) {
    const outcome = outcomes.get(key);
    if (outcome && 'error' in outcome)
      faults.push(objectFault(outcome.error, object, hostOf(object.vault, request), identity));
  }
  const [first] = faults;
  if (first === undefined) return;
  const texts = [...new Set(faults.map((fault) => fault.message))];
  throw new DriverError(first.code, texts.join(' | '), { cause: first });
}

function referenceOf({ vault, type, source }: ReadItem): ObjectReference {
  if (source.kind === 'selection') throw new DriverError('ObjectUnsupported', 'selections are not read yet');
  return { vault, type, name: source.name, version: source.version };
}

/** The vault's host is always built from its name and the cloud: a token never goes anywhere else. */
function hostOf(vault: string, { cloud }: ReadRequest): string {
  return `${vault.toLowerCase()}.${cloud.vaultSuffix}`;
}

/** Names are case-insensitive in Key Vault. */
function keyOf({ vault, type, name, version }: ObjectReference): string {
  return [vault, type, name, version ?? ''].join('/').toLowerCase();
}
