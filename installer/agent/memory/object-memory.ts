import type { ListedObject, VaultClient } from '../../../driver/keyvault/client.ts';
import { pathOf } from '../../../driver/keyvault/object.ts';
import type { FoundObject } from '../../../driver/ports.ts';
import { BoundedMemory } from './bounded-memory.ts';

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

/** What vaults answered to an identity; in memory alone, and bounded. */
export class ObjectMemory {
  readonly #settings: ObjectMemorySettings;
  readonly #objects: BoundedMemory<FoundObject>;
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
  around(client: VaultClient, origin: string, identity: Promise<string | undefined>): VaultClient {
    const { latestMs, pinnedMs, counted } = this.#settings;
    return {
      get: async (object) => {
        const who = await identity;
        if (who === undefined) return client.get(object);
        const { vault, type, name, version } = object;
        const key = `${who} ${origin}${pathOf(type, name, version)}`;
        const kept = this.#objects.get(key)?.value;
        counted('object', kept === undefined ? 'asked' : 'remembered');
        // As it is written in the volume that asks now: names have no case.
        if (kept !== undefined) return { ...kept, vault, name };
        const found = await client.get(object);
        this.#objects.set(key, found, bytesOf(found), version === undefined ? latestMs : pinnedMs);
        return found;
      },
      list: (type) => this.#list(client, origin, identity, type),
    };
  }

  sweep(): void {
    this.#objects.sweep();
    this.#lists.sweep();
  }

  async *#list(
    client: VaultClient,
    origin: string,
    identity: Promise<string | undefined>,
    type: FoundObject['content']['type'],
  ): AsyncIterable<readonly ListedObject[]> {
    const who = await identity;
    const key = `${who} ${origin}${pathOf(type)}`;
    const kept = who === undefined ? undefined : this.#lists.get(key)?.value;
    this.#settings.counted('list', kept === undefined ? 'asked' : 'remembered');
    if (kept !== undefined) return yield kept;
    const listed: ListedObject[] = [];
    let bytes = 0;
    for await (const page of client.list(type)) {
      listed.push(...page);
      bytes += JSON.stringify(page).length;
      yield page;
    }
    if (who !== undefined) this.#lists.set(key, listed, bytes, this.#settings.latestMs);
  }
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
