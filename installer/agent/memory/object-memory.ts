import { DriverError } from '../../../driver/errors.ts';
import type { ListedObject, VaultClient } from '../../../driver/keyvault/client.ts';
import { type ObjectReference, pathOf } from '../../../driver/keyvault/object.ts';
import { VaultRefusal } from '../../../driver/keyvault/refusal.ts';
import { pickNames } from '../../../driver/keyvault/selection.ts';
import { hostOf, originOf } from '../../../driver/keyvault/vault-host.ts';
import type { FoundObject, ReadItem, ReadRequest } from '../../../driver/ports.ts';
import { BoundedMemory } from './bounded-memory.ts';
import { extended, isOfOneTime, type Seen } from './seen.ts';

export interface ObjectMemorySettings {
  readonly maxBytes: number;
  /** How long the latest version of an object, and a list, are taken for the latest. */
  readonly latestMs: number;
  /** How long a version that was named is kept: it never changes, but may be disabled. */
  readonly pinnedMs: number;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  counted(what: 'object' | 'list', outcome: 'remembered' | 'asked'): void;
}

/** How a reading takes what is known, and for how long what it reads is kept. */
export interface Recollection {
  /**
   * For how long `recall` shall find what is read, beyond the time for which it counts as fresh; milliseconds. What was
   * to be found for longer is so again, whoever reads it again.
   */
  readonly recallMs?: number;
  /** What was read before this moment, by the memory's clock, is asked again; versions that were named never change. */
  readonly freshSince?: number | undefined;
}

/** The reading of one volume. */
export interface VolumeReading {
  /** What was read before this moment, by the memory's clock, has no place in the volume. */
  readonly since: number;
  /** A vault's client that answers from the memory what may be taken from there. */
  around(client: VaultClient, origin: string): VaultClient;
  /** The reading is over, however it went. */
  end(): void;
}

type Volume = Pick<ReadRequest, 'cloud' | 'items'>;

/** An object, or the vault's word that there is none. */
type Answer = FoundObject | VaultRefusal;

/** That an optional object is missing is known for as long as a refusal is not asked for again. */
const ABSENT_MS = 3000;

/** What is known of a volume, by key. */
interface Known {
  readonly objects: Map<string, Answer>;
  readonly lists: Map<string, readonly ListedObject[]>;
}

/**
 * What vaults answered to an identity; in memory alone, and bounded.
 *
 * A volume has its objects from here only when all of them are known as of one time: a certificate must not be older than
 * its key because it was remembered. When one has to be asked for, all are, and then nothing that was read before will do.
 */
export class ObjectMemory {
  readonly #settings: ObjectMemorySettings;
  readonly #objects: BoundedMemory<Seen<Answer>>;
  readonly #lists: BoundedMemory<Seen<readonly ListedObject[]>>;
  /** Readings that ask vaults at the moment, by identity and what they read: the moment at which they began. */
  readonly #underWay = new Map<string, number>();

  constructor(settings: ObjectMemorySettings) {
    this.#settings = settings;
    this.#objects = new BoundedMemory(settings.maxBytes, settings.now);
    this.#lists = new BoundedMemory(settings.maxBytes / 4, settings.now);
  }

  get bytes(): number {
    return this.#objects.bytes + this.#lists.bytes;
  }

  /**
   * Begins the reading of one volume.
   * @param identity whose read it is; undefined when that cannot be told, and nothing is kept
   */
  begin(identity: Promise<string | undefined>, volume: Volume, how: Recollection = {}): VolumeReading {
    let since = this.#settings.now();
    let end = () => {};
    const decided = identity.then((who) => {
      if (who === undefined) return undefined;
      const known = this.#knownOf(who, volume, how.freshSince);
      if (known === undefined) ({ since, end } = this.#readAnew(who, volume, how.freshSince));
      return { who, known };
    });
    return {
      get since() {
        return since;
      },
      around: (client, origin) => ({
        get: async (object) => {
          const plan = await decided;
          if (plan === undefined) return client.get(object);
          return this.#get(client, object, `${plan.who} ${origin}`, plan.known, since, how);
        },
        list: (type) => this.#list(client, origin, decided, () => since, how, type),
      }),
      end: () => end(),
    };
  }

  /**
   * What was read of all items, no longer ago than `maxAgeMs` and all as of one time, for when Azure cannot be asked; each
   * object with the time at which it was read.
   * @returns undefined when one of them is not known, or they are not of one time
   */
  recall(identity: string, { cloud, items }: Volume, maxAgeMs: number): FoundObject[][] | undefined {
    const seen: Seen<unknown>[] = [];
    const lists: FoundObject[][] = [];
    for (const item of items) {
      const vaults = item.fallbackVault === undefined ? [item.vault] : [item.vault, item.fallbackVault];
      const part = vaults
        .map((vault) => this.#partOf(placeOf(identity, vault, cloud), item, maxAgeMs, maxAgeMs, vault))
        .find((found) => found !== undefined);
      if (part === undefined) return undefined;
      if (!isPinned(item)) seen.push(...part.seen);
      lists.push(part.found.map(({ object, to }) => ({ ...object, readAt: this.#wallTime(to) })));
    }
    return isOfOneTime(seen) ? lists : undefined;
  }

  sweep(): void {
    this.#objects.sweep();
    this.#lists.sweep();
  }

  /**
   * Everything that a reading of this volume will ask the items' own vaults for, if all of it is known as of one time.
   * Versions that were named are of any time.
   */
  #knownOf(who: string, { cloud, items }: Volume, freshSince = Number.NEGATIVE_INFINITY): Known | undefined {
    const { latestMs } = this.#settings;
    const seen: Seen<unknown>[] = [];
    const known: Known = { objects: new Map(), lists: new Map() };
    for (const item of items) {
      if (isPinned(item)) continue;
      const place = placeOf(who, item.vault, cloud);
      const part = this.#partOf(place, item, latestMs, Math.min(latestMs, ABSENT_MS), item.vault);
      if (part === undefined || part.seen.some(({ to }) => to < freshSince)) return undefined;
      seen.push(...part.seen);
      for (const [key, { value }] of part.objects) known.objects.set(key, value);
      if (part.list !== undefined) known.lists.set(part.list[0], part.list[1].value);
    }
    return isOfOneTime(seen) ? known : undefined;
  }

  /**
   * A reading that asks for all of a volume begins now; or it goes on with one of the very same objects that has begun and
   * not ended, so that pods that start together ask once.
   */
  #readAnew(
    who: string,
    { cloud, items }: Volume,
    freshSince = Number.NEGATIVE_INFINITY,
  ): { since: number; end: () => void } {
    const what = items.map(({ type, vault, fallbackVault, source }) =>
      source.kind === 'named'
        ? [type, vault, fallbackVault, source.name, source.version]
        : [type, vault, fallbackVault, source.name, source.tags],
    );
    const key = `${who} ${cloud.vaultSuffix} ${JSON.stringify(what)}`;
    const begun = this.#underWay.get(key);
    // Where nothing is kept, what that one has read is not there any more.
    const keeps = this.#settings.maxBytes > 0;
    if (keeps && begun !== undefined && begun >= freshSince) return { since: begun, end: () => undefined };
    const since = this.#settings.now();
    this.#underWay.set(key, since);
    const end = () => {
      if (this.#underWay.get(key) === since) this.#underWay.delete(key);
    };
    return { since, end };
  }

  async #get(
    client: VaultClient,
    object: ObjectReference,
    place: string,
    known: Known | undefined,
    since: number,
    { recallMs = 0 }: Recollection,
  ): Promise<FoundObject> {
    const { latestMs, pinnedMs, counted } = this.#settings;
    const { vault, type, name, version } = object;
    const key = `${place}${pathOf(type, name, version)}`;
    const freshMs = version === undefined ? latestMs : pinnedMs;
    const kept = version === undefined ? known?.objects.get(key) : undefined;
    const value = kept ?? this.#freshObject(key, freshMs, version === undefined ? since : undefined);
    counted('object', value === undefined ? 'asked' : 'remembered');
    if (value instanceof VaultRefusal) throw value;
    // As it is written in the volume that asks now: names have no case.
    if (value !== undefined) return { ...value, vault, name };
    try {
      const found = await client.get(object);
      this.#learn(key, found, bytesOf(found), since, Math.max(freshMs, recallMs));
      return found;
    } catch (error) {
      // What the vault says no to must not be recalled; that something is not there may be, where it may be missing.
      if (isRefused(error)) this.#objects.delete(key);
      if (error instanceof VaultRefusal && error.isNotFound)
        this.#learn(key, error, 1024, since, Math.max(Math.min(latestMs, ABSENT_MS), recallMs));
      throw error;
    }
  }

  /** Of a reading that goes on with another one, what that one has read. That an object is missing is asked again. */
  #freshObject(key: string, maxAgeMs: number, since: number | undefined): FoundObject | undefined {
    const value = this.#fresh(this.#objects.get(key)?.value, maxAgeMs, since)?.value;
    return value instanceof VaultRefusal ? undefined : value;
  }

  #learn(key: string, value: Answer, bytes: number, since: number, milliseconds: number): void {
    const before = this.#objects.get(key);
    // A reading that began later has been quicker.
    if (before !== undefined && before.value.to > since) return;
    const seen = extended(before?.value, value, since, isSameObject);
    this.#objects.set(key, seen, bytes, Math.max(milliseconds, before?.keptFor ?? 0));
  }

  async *#list(
    client: VaultClient,
    origin: string,
    decided: Promise<{ who: string; known: Known | undefined } | undefined>,
    since: () => number,
    { recallMs = 0 }: Recollection,
    type: FoundObject['content']['type'],
  ): AsyncIterable<readonly ListedObject[]> {
    const plan = await decided;
    const key = plan && `${plan.who} ${origin}${pathOf(type)}`;
    const { latestMs } = this.#settings;
    const kept =
      key === undefined
        ? undefined
        : (plan?.known?.lists.get(key) ?? this.#fresh(this.#lists.get(key)?.value, latestMs, since())?.value);
    this.#settings.counted('list', kept === undefined ? 'asked' : 'remembered');
    if (kept !== undefined) return yield kept;
    const begun = since();
    const listed: ListedObject[] = [];
    let bytes = 0;
    for await (const page of client.list(type)) {
      listed.push(...page);
      bytes += JSON.stringify(page).length;
      yield page;
    }
    if (key === undefined) return;
    const before = this.#lists.get(key);
    if (before !== undefined && before.value.to > begun) return;
    const seen = extended(before?.value, listed, begun, isSameList);
    this.#lists.set(key, seen, bytes, Math.max(latestMs, recallMs, before?.keptFor ?? 0));
  }

  /** What is known of one item at one vault; undefined when something is not. */
  #partOf(
    place: string,
    { type, source, optional }: ReadItem,
    maxAgeMs: number,
    maxAgeOfAbsentMs: number,
    vault: string,
  ): Part | undefined {
    const objects = new Map<string, Seen<Answer>>();
    const found: Part['found'][number][] = [];
    const take = (name: string, version: string | undefined): Seen<Answer> | undefined => {
      const key = `${place}${pathOf(type, name, version)}`;
      const kept = this.#objects.get(key)?.value;
      const seen = this.#fresh(kept, kept?.value instanceof VaultRefusal ? maxAgeOfAbsentMs : maxAgeMs);
      if (seen === undefined) return undefined;
      objects.set(key, seen);
      const { value, to } = seen;
      if (!(value instanceof VaultRefusal)) found.push({ object: { ...value, vault, name }, to });
      return seen;
    };
    if (source.kind === 'named') {
      const seen = take(source.name, source.version);
      if (seen === undefined || (seen.value instanceof VaultRefusal && !optional)) return undefined;
      return { objects, list: undefined, seen: [seen], found };
    }
    const listKey = `${place}${pathOf(type)}`;
    const list = this.#fresh(this.#lists.get(listKey)?.value, maxAgeMs);
    if (list === undefined) return undefined;
    const seen = pickNames(list.value, source).map((name) => take(name, undefined));
    if (!seen.every((one) => one !== undefined && !(one.value instanceof VaultRefusal))) return undefined;
    if (seen.length === 0 && !optional) return undefined;
    return { objects, list: [listKey, list], seen: [list, ...(seen as Seen<unknown>[])], found };
  }

  /** Milliseconds since 1970. */
  #wallTime(at: number): number {
    return Math.round(Date.now() - (this.#settings.now() - at));
  }

  #fresh<T>(
    seen: Seen<T> | undefined,
    maxAgeMs: number,
    since = Number.NEGATIVE_INFINITY,
  ): Seen<T> | undefined {
    const isFresh = seen !== undefined && seen.to >= since && this.#settings.now() - seen.to < maxAgeMs;
    return isFresh ? seen : undefined;
  }
}

/** What is known of one item. */
interface Part {
  readonly objects: ReadonlyMap<string, Seen<Answer>>;
  readonly list: readonly [key: string, list: Seen<readonly ListedObject[]>] | undefined;
  readonly seen: readonly Seen<unknown>[];
  /** The objects, as the volume's author wrote their names; `to` as of `Seen`. */
  readonly found: readonly { readonly object: FoundObject; readonly to: number }[];
}

function placeOf(who: string, vault: string, cloud: ReadRequest['cloud']): string {
  return `${who} ${originOf(hostOf(vault, cloud))}`;
}

function isPinned({ source }: ReadItem): boolean {
  return source.kind === 'named' && source.version !== undefined;
}

/** A version's value never changes, what is said of it may. */
function isSameObject(one: Answer, other: Answer): boolean {
  if (one instanceof VaultRefusal || other instanceof VaultRefusal)
    return one instanceof VaultRefusal && other instanceof VaultRefusal;
  return one.version === other.version && JSON.stringify(one.attributes) === JSON.stringify(other.attributes);
}

function isSameList(one: readonly ListedObject[], other: readonly ListedObject[]): boolean {
  return one.length === other.length && JSON.stringify(one) === JSON.stringify(other);
}

/** Does the vault answer, and say no? */
function isRefused(error: unknown): boolean {
  if (error instanceof DriverError) return error.code === 'ObjectDisabled';
  return error instanceof VaultRefusal && error.status < 500 && ![408, 429].includes(error.status);
}

/** Text takes a byte or two a character, and what belongs to an object takes about as much as this. */
function bytesOf({ content, attributes }: FoundObject): number {
  const described = JSON.stringify(attributes).length * 2;
  switch (content.type) {
    case 'secret':
      return content.value.length * 2 + described;
    case 'cert':
      return content.der.length + described;
    case 'key':
      return 2048 + described;
  }
}
