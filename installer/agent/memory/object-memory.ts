import { DriverError } from '../../../driver/errors.ts';
import type { ListedObject, VaultClient } from '../../../driver/keyvault/client.ts';
import { pathOf } from '../../../driver/keyvault/object.ts';
import { VaultRefusal } from '../../../driver/keyvault/refusal.ts';
import { pickNames } from '../../../driver/keyvault/selection.ts';
import { hostOf, originOf } from '../../../driver/keyvault/vault-host.ts';
import type { FoundObject, ReadItem, ReadRequest } from '../../../driver/ports.ts';
import { BoundedMemory, type Kept } from './bounded-memory.ts';

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

/** How an asking one takes what is known, and for how long what it reads is kept. */
export interface Recollection {
  /**
   * For how long `recall` shall find what is read, beyond the time for which it counts as fresh; milliseconds. What was
   * to be found for longer is so again, whoever reads it anew.
   */
  readonly recallMs?: number;
  /** What was read before this moment, by the memory's clock, is asked again; versions that were named never change. */
  readonly freshSince?: number | undefined;
}

/** The vault said that there is no such object. */
const ABSENT = 'absent';
type Absent = typeof ABSENT;

/** What vaults answered to an identity; in memory alone, and bounded. */
export class ObjectMemory {
  readonly #settings: ObjectMemorySettings;
  readonly #objects: BoundedMemory<FoundObject | Absent>;
  readonly #lists: BoundedMemory<readonly ListedObject[]>;

  constructor(settings: ObjectMemorySettings) {
    this.#settings = settings;
    this.#objects = new BoundedMemory(settings.maxBytes, settings.now);
    this.#lists = new BoundedMemory(settings.maxBytes / 4, settings.now);
  }

  get bytes(): number {
    return this.#objects.bytes + this.#lists.bytes;
  }

  /**
   * A vault's client that answers from here what is still known.
   * @param identity whose read it is; undefined when that cannot be told, and nothing is kept
   */
  around(
    client: VaultClient,
    origin: string,
    identity: Promise<string | undefined>,
    how: Recollection = {},
  ): VaultClient {
    const { recallMs = 0, freshSince } = how;
    const { latestMs, pinnedMs, counted } = this.#settings;
    return {
      get: async (object) => {
        const who = await identity;
        if (who === undefined) return client.get(object);
        const { vault, type, name, version } = object;
        const key = `${who} ${origin}${pathOf(type, name, version)}`;
        const freshMs = version === undefined ? latestMs : pinnedMs;
        const before = this.#objects.get(key);
        const kept = this.#fresh(before, freshMs, version === undefined ? freshSince : undefined);
        counted('object', kept === undefined || kept === ABSENT ? 'asked' : 'remembered');
        // As it is written in the volume that asks now: names have no case.
        if (kept !== undefined && kept !== ABSENT) return { ...kept, vault, name };
        try {
          const found = await client.get(object);
          this.#objects.set(key, found, bytesOf(found), Math.max(freshMs, recallMs, before?.keptFor ?? 0));
          return found;
        } catch (error) {
          // What the vault says no to must not be recalled; that something is not there may be, where it may be missing.
          if (isRefused(error)) this.#objects.delete(key);
          if (error instanceof VaultRefusal && error.isNotFound) this.#objects.set(key, ABSENT, 0, recallMs);
          throw error;
        }
      },
      list: (type) => this.#list(client, origin, identity, how, type),
    };
  }

  /**
   * What was read of all items, no longer ago than `maxAgeMs`, for when Azure cannot be asked; each object with the time
   * at which it was read.
   * @returns undefined when one of them is not known
   */
  recall(
    identity: string,
    { cloud, items }: Pick<ReadRequest, 'cloud' | 'items'>,
    maxAgeMs: number,
  ): FoundObject[][] | undefined {
    const lists: FoundObject[][] = [];
    for (const item of items) {
      const vaults = item.fallbackVault === undefined ? [item.vault] : [item.vault, item.fallbackVault];
      const list = vaults
        .map((vault) =>
          this.#recallItem(`${identity} ${originOf(hostOf(vault, cloud))}`, vault, item, maxAgeMs),
        )
        .find((found) => found !== undefined);
      if (list === undefined) return undefined;
      lists.push(list);
    }
    return lists;
  }

  #recallItem(
    place: string,
    vault: string,
    { type, source, optional }: ReadItem,
    maxAgeMs: number,
  ): FoundObject[] | undefined {
    const one = (name: string, version: string | undefined): FoundObject | Absent | undefined => {
      const kept = this.#objects.get(`${place}${pathOf(type, name, version)}`);
      if (kept === undefined || this.#age(kept) > maxAgeMs) return undefined;
      return kept.value === ABSENT
        ? ABSENT
        : { ...kept.value, vault, name, readAt: Math.round(Date.now() - this.#age(kept)) };
    };
    if (source.kind === 'named') {
      const found = one(source.name, source.version);
      if (found === ABSENT) return optional ? [] : undefined;
      return found && [found];
    }
    const listed = this.#fresh(this.#lists.get(`${place}${pathOf(type)}`), maxAgeMs);
    const found = listed && pickNames(listed, source).map((name) => one(name, undefined));
    if (!found?.every((object) => object !== undefined && object !== ABSENT)) return undefined;
    return found.length > 0 || optional ? (found as FoundObject[]) : undefined;
  }

  #age({ at }: Kept<unknown>): number {
    return this.#settings.now() - at;
  }

  #fresh<T>(kept: Kept<T> | undefined, maxAgeMs: number, since = Number.NEGATIVE_INFINITY): T | undefined {
    return kept !== undefined && kept.at >= since && this.#age(kept) < maxAgeMs ? kept.value : undefined;
  }

  sweep(): void {
    this.#objects.sweep();
    this.#lists.sweep();
  }

  async *#list(
    client: VaultClient,
    origin: string,
    identity: Promise<string | undefined>,
    { recallMs = 0, freshSince }: Recollection,
    type: FoundObject['content']['type'],
  ): AsyncIterable<readonly ListedObject[]> {
    const who = await identity;
    const key = `${who} ${origin}${pathOf(type)}`;
    const { latestMs } = this.#settings;
    const kept = who === undefined ? undefined : this.#fresh(this.#lists.get(key), latestMs, freshSince);
    this.#settings.counted('list', kept === undefined ? 'asked' : 'remembered');
    if (kept !== undefined) return yield kept;
    const listed: ListedObject[] = [];
    let bytes = 0;
    for await (const page of client.list(type)) {
      listed.push(...page);
      bytes += JSON.stringify(page).length;
      yield page;
    }
    if (who !== undefined) this.#lists.set(key, listed, bytes, Math.max(latestMs, recallMs));
  }
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
