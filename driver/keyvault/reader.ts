import { DriverError, withAwaited } from '../errors.ts';
import { describeIdentity } from '../options/describe-identity.ts';
import type { NamedObject, Selection } from '../options/items.ts';
import type { AccessToken, FoundObject, ObjectReader, ReadItem, ReadRequest, TokenSource } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { type CreateVaultClient, createVaultClient } from './client.ts';
import { findConfusions } from './confusion.ts';
import { failureFault, joinFaults, noMatchFault } from './faults.ts';
import { describeObject, pathOf } from './object.ts';
import { ReadFailure } from './read-failure.ts';
import { VaultRefusal } from './refusal.ts';
import { describeSelection, pickNames } from './selection.ts';
import type { Subject } from './subject.ts';
import { openVaults, type Vaults } from './vaults.ts';

/**
 * Reads objects straight from the vaults: one token, then all objects at once, each distinct one once; a selection
 * costs its vault's list in between.
 * @param timeLeft milliseconds until the signal of a read will abort
 * @param clientsOf how a read with this token asks a vault
 */
export function createObjectReader(
  tokens: TokenSource,
  transport: Transport,
  timeLeft: () => number,
  clientsOf: (token: Promise<AccessToken>) => CreateVaultClient = () => createVaultClient,
): ObjectReader {
  return {
    async read(request, signal): Promise<FoundObject[][]> {
      const token = tokens.getToken(request, signal);
      // A rejected token is reported by whoever awaits it below; the clients load meanwhile: once it was asked for, as
      // loading them takes 3 ms.
      await Promise.race([transport.firstRequest, token.catch(() => undefined)]);
      const vaults = openVaults(request.cloud, token, transport, { signal, timeLeft }, clientsOf(token));
      try {
        const outcomes = await readItems(request.items, vaults);
        await token;
        if (signal.aborted) throw withLastSeen(signal.reason, vaults);
        return await allOrFault(outcomes, request, vaults);
      } finally {
        vaults.close();
      }
    },
  };
}

/** What became of one item: its objects, or everything that was wrong. */
interface Outcome {
  readonly found: FoundObject[];
  readonly failures: readonly { readonly subject: Subject; readonly failure: ReadFailure | DriverError }[];
}

function readItems(items: readonly ReadItem[], vaults: Vaults): Promise<Outcome[]> {
  const readOnce = once((vault: string, fallback: string | undefined, { type, name, version }: Subject) =>
    vaults.askEither(vault, fallback, (session) => session.get({ type, name: name ?? '', version })),
  );
  const listOnce = once((vault: string, fallback: string | undefined, { type }: Subject) =>
    vaults.askEither(vault, fallback, async (session) => ({
      servedBy: session.vault,
      listed: await session.list(type),
    })),
  );

  async function readNamed(item: ReadItem, { name, version }: NamedObject): Promise<Outcome> {
    const { origin, type, vault, fallbackVault, optional } = item;
    const subject = { origin, type, name, version, what: describeObject({ type, name, version }) };
    return attempt(
      subject,
      async () => [await readOnce(vault, fallbackVault, subject)],
      (failure) => optional && isMissing(failure),
    );
  }

  async function readSelection(item: ReadItem, selection: Selection): Promise<Outcome> {
    const { origin, type, vault, fallbackVault, optional } = item;
    const what = describeSelection(type, selection);
    const subject = { origin, type, name: undefined, version: undefined, what };
    const outcomes: Outcome[] = [];
    const listing = await attempt(subject, async () => {
      const { servedBy, listed } = await listOnce(vault, fallbackVault, subject);
      const names = pickNames(listed, selection);
      if (names.length === 0 && !optional) throw noMatchFault(subject, servedBy);
      // Who served the list serves the objects, so that what one vault lists is not missed in the other.
      const fallback = servedBy.toLowerCase() === vault.toLowerCase() ? fallbackVault : undefined;
      const reads = names.map((name) => {
        const one = {
          origin,
          type,
          name,
          version: undefined,
          what: describeObject({ type, name, version: undefined }),
        };
        return attempt(one, async () => [await readOnce(servedBy, fallback, one)], isGone);
      });
      outcomes.push(...(await Promise.all(reads)));
      return [];
    });
    const all = [...outcomes, listing];
    return { found: all.flatMap(({ found }) => found), failures: all.flatMap(({ failures }) => failures) };
  }

  return Promise.all(
    items.map((item) =>
      item.source.kind === 'named' ? readNamed(item, item.source) : readSelection(item, item.source),
    ),
  );
}

async function attempt(
  subject: Subject,
  read: () => Promise<FoundObject[]>,
  forgive: (failure: ReadFailure) => boolean = () => false,
): Promise<Outcome> {
  try {
    return { found: await read(), failures: [] };
  } catch (error) {
    if (error instanceof DriverError) return { found: [], failures: [{ subject, failure: error }] };
    if (!(error instanceof ReadFailure)) throw error;
    return { found: [], failures: forgive(error) ? [] : [{ subject, failure: error }] };
  }
}

/** Whichever vault answered in the end has no such object. */
function isMissing({ last }: ReadFailure): boolean {
  return last.error instanceof VaultRefusal && last.error.isNotFound;
}

/** Deleted or disabled since it was listed; but the fallback vault, which did not list it, need not have it. */
function isGone({ error, fallback }: ReadFailure): boolean {
  if (fallback !== undefined) return false;
  if (error instanceof DriverError) return error.code === 'ObjectDisabled';
  return error instanceof VaultRefusal && (error.isNotFound || error.isDisabled);
}

/** Reports all faults at once, each different text once, under the code of the first. */
async function allOrFault(
  outcomes: readonly Outcome[],
  request: ReadRequest,
  vaults: Vaults,
): Promise<FoundObject[][]> {
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  if (failures.length === 0) return outcomes.map(({ found }) => found);
  const identity = describeIdentity(request.identity, request.pod);
  const confusions: Awaited<ReturnType<typeof findConfusions>> = request.onlyItems
    ? new Map()
    : await findConfusions(failures, vaults);
  // Items that shared an answer share the failure.
  const subjects = Map.groupBy(failures, ({ failure }) => failure);
  const faults = [...subjects].map(([failure, shared]) => {
    if (failure instanceof DriverError) return failure;
    const [first] = shared;
    if (first === undefined) throw new RangeError('a group has a member');
    const origins = shared.map(({ subject }) => subject.origin);
    return failureFault(failure, first.subject, origins, identity, confusions.get(failure));
  });
  throw joinFaults(faults);
}

function withLastSeen(reason: unknown, vaults: Vaults): unknown {
  const seen = vaults.lastSeen();
  return seen === undefined ? reason : withAwaited(reason, `last seen of ${seen}`);
}

/** Items that ask for the same share the answer. Names have no case in Key Vault. */
function once<T>(
  read: (vault: string, fallback: string | undefined, subject: Subject) => Promise<T>,
): typeof read {
  const reads = new Map<string, Promise<T>>();
  return (vault, fallback, subject) => {
    const { type, name, version } = subject;
    const key = JSON.stringify([vault.toLowerCase(), fallback?.toLowerCase(), pathOf(type, name, version)]);
    const result = reads.get(key) ?? read(vault, fallback, subject);
    reads.set(key, result);
    return result;
  };
}
