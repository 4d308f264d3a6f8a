import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import type { VaultClient } from '../../../driver/keyvault/client.ts';
import type { ObjectReference } from '../../../driver/keyvault/object.ts';
import { VaultRefusal } from '../../../driver/keyvault/refusal.ts';
import { parse } from '../../../driver/options/testing/valid-options.ts';
import type { FoundObject, ReadItem } from '../../../driver/ports.ts';
import { noAttributes } from '../testing/no-attributes.ts';
import { ObjectMemory, type Recollection } from './object-memory.ts';

const ORIGIN = 'https://shop.vault.azure.net';
const db: ObjectReference = { vault: 'shop', type: 'secret', name: 'db', version: undefined };
const attributes = { ...noAttributes, created: 1, updated: 2 };

/** A vault whose values count up. */
function vault({ size = 1 } = {}) {
  const asked: string[] = [];
  const client: VaultClient = {
    async get({ vault: name, type, name: of, version }): Promise<FoundObject> {
      asked.push(`${type} ${of} ${version ?? 'latest'}`);
      const value = `${asked.length}`.padEnd(size, '.');
      const content = { type: 'secret', value, contentType: undefined } as const;
      return { vault: name, name: of, version: 'f'.repeat(32), content, attributes };
    },
    async *list(type) {
      asked.push(`list of ${type}s`);
      yield [{ name: 'a', enabled: true, tags: {} }];
      yield [{ name: 'b', enabled: true, tags: {} }];
    },
  };
  return { asked, client };
}

function memoryOf(maxBytes = 1_000_000) {
  const clock = { now: 0 };
  const counted: string[] = [];
  const memory = new ObjectMemory({
    maxBytes,
    latestMs: 30_000,
    pinnedMs: 600_000,
    now: () => clock.now,
    counted: (what, outcome) => counted.push(`${what} ${outcome}`),
  });
  return { clock, memory, counted };
}

const me = Promise.resolve('me');
const { cloud } = await parse({});

/** One object of a volume. */
function itemOf({ vault: of, type, name, version }: ObjectReference): ReadItem {
  const source = { kind: 'named', name, version, file: name } as const;
  return { origin: 'objects[0]', type, vault: of, fallbackVault: undefined, source, optional: false };
}

/** A selection that takes the list of a type, and no object of it. */
const listOnly: ReadItem = {
  ...itemOf(db),
  source: { kind: 'selection', name: 'none', tags: {}, directory: undefined },
  optional: true,
};

/** A client for which each question is the reading of a volume of its own. */
function alone(
  memory: ObjectMemory,
  client: VaultClient,
  {
    origin = ORIGIN,
    who = me,
    ...how
  }: { origin?: string; who?: Promise<string | undefined> } & Recollection = {},
): VaultClient {
  const [vault = ''] = new URL(origin).hostname.split('.');
  return {
    async get(object) {
      const reading = memory.begin(who, { cloud, items: [itemOf({ ...object, vault })] }, how);
      return reading
        .around(client, origin)
        .get(object)
        .finally(() => reading.end());
    },
    async *list(type) {
      const reading = memory.begin(who, { cloud, items: [{ ...listOnly, type, vault }] }, how);
      yield* reading.around(client, origin).list(type);
      reading.end();
    },
  };
}

async function secretIn(client: VaultClient, object: ObjectReference): Promise<string> {
  const { content } = await client.get(object);
  return content.type === 'secret' ? content.value : '';
}

async function whole<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

test('the latest version is taken for the latest for a short time, one that was named for longer', async () => {
  const { clock, memory } = memoryOf();
  const { asked, client } = vault();
  const around = alone(memory, client);
  const named = { ...db, version: 'f'.repeat(32) };
  for (const now of [0, 29_999, 30_000, 599_999]) {
    clock.now = now;
    await around.get(db);
    await around.get(named);
  }
  expect(asked.filter((what) => what.endsWith('latest'))).toHaveLength(3);
  expect(asked.filter((what) => !what.endsWith('latest'))).toHaveLength(1);
  clock.now = 600_000;
  await around.get(named);
  expect(asked.filter((what) => !what.endsWith('latest'))).toHaveLength(2);
});

test.each<[string, string | undefined, string, Partial<ObjectReference>]>([
  ['another identity', 'them', ORIGIN, {}],
  ['another vault', 'me', 'https://other.vault.azure.net', {}],
  ['another type', 'me', ORIGIN, { type: 'cert' }],
  ['another name', 'me', ORIGIN, { name: 'other' }],
  ['a version', 'me', ORIGIN, { version: '0'.repeat(32) }],
  ['nobody that is known', undefined, ORIGIN, {}],
])('%s is asked for by itself', async (_, who, origin, changes) => {
  const { memory } = memoryOf();
  const { asked, client } = vault();
  await alone(memory, client).get(db);
  const other = alone(memory, client, { origin, who: Promise.resolve(who) });
  expect(await secretIn(other, { ...db, ...changes })).toBe('2');
  expect(asked).toHaveLength(2);
});

test('who is not known leaves nothing behind', async () => {
  const { memory } = memoryOf();
  const { asked, client } = vault();
  const nobody = alone(memory, client, { who: Promise.resolve(undefined) });
  for (let times = 0; times < 2; times++) {
    await nobody.get(db);
    await whole(nobody.list('secret'));
  }
  expect(asked).toHaveLength(4);
  expect(memory.bytes).toBe(0);
});

test('an object is found under any spelling of its name, and is called as it was asked for', async () => {
  const { memory } = memoryOf();
  const { asked, client } = vault();
  const around = alone(memory, client);
  await around.get(db);
  expect(await around.get({ ...db, vault: 'SHOP', name: 'DB' })).toMatchObject({ vault: 'SHOP', name: 'DB' });
  expect(asked).toHaveLength(1);
});

test('a list is kept whole, and not when it was left half-way', async () => {
  const { memory, counted } = memoryOf();
  const { asked, client } = vault();
  const around = alone(memory, client);
  for await (const _ of around.list('secret')) break;
  const first = await whole(around.list('secret'));
  const second = await whole(around.list('secret'));
  expect(second).toEqual(first);
  expect(asked).toHaveLength(2);
  expect(counted).toEqual(['list asked', 'list asked', 'list remembered']);
});

test('whoever wants it afresh has it asked again, and shares that with the others', async () => {
  const { clock, memory } = memoryOf();
  const { client } = vault();
  await secretIn(alone(memory, client), db);
  clock.now = 1000;
  const afresh = () => secretIn(alone(memory, client, { freshSince: 1000 }), db);
  expect(await afresh()).toBe('2');
  expect(await afresh()).toBe('2');
  expect(await secretIn(alone(memory, client), db)).toBe('2');
});

test('what fails is not kept', async () => {
  const { memory } = memoryOf();
  const failing: VaultClient = {
    get: () => Promise.reject(new Error('no')),
    async *list() {
      yield await Promise.reject(new Error('no'));
    },
  };
  const around = alone(memory, failing);
  await expect(around.get(db)).rejects.toThrow('no');
  await expect(whole(around.list('secret'))).rejects.toThrow('no');
  expect(memory.bytes).toBe(0);
});

describe('for when Azure cannot be asked', () => {
  const item = itemOf({ ...db, vault: 'Shop' });
  const selection: ReadItem = {
    ...item,
    source: { kind: 'selection', name: '[ab]', tags: {}, directory: undefined },
  };
  const HOUR = 3_600_000;

  async function afterReading(items: readonly ReadItem[], recallMs = HOUR) {
    const { clock, memory } = memoryOf();
    const { client } = vault();
    const reading = memory.begin(me, { cloud, items }, { recallMs });
    const around = reading.around(client, ORIGIN);
    for (const { source, type } of items) {
      if (source.kind === 'named') await around.get({ ...db, type, name: source.name });
      else for (const { name } of await whole(around.list(type))) await around.get({ ...db, type, name });
    }
    reading.end();
    const recall = (asked = items, who = 'me', maxAge = HOUR) =>
      memory.recall(who, { cloud, items: asked }, maxAge);
    return { clock, recall, memory };
  }

  test('what was read is known for as long as it may be old, with its time', async () => {
    const { clock, recall } = await afterReading([item]);
    clock.now = HOUR - 1;
    const found = recall()?.flat() ?? [];
    expect(found.map(({ vault: of, content }) => [of, content])).toEqual([
      ['Shop', { type: 'secret', value: '1', contentType: undefined }],
    ]);
    expect(Date.now() - (found[0]?.readAt ?? 0)).toBeGreaterThan(HOUR - 2000);
    expect(recall([item], 'me', HOUR / 2)).toBeUndefined();
    clock.now = HOUR;
    expect(recall()).toBeUndefined();
  });

  test('what a rotation reads anew is known for as long as before', async () => {
    const { clock, recall, memory } = await afterReading([item]);
    clock.now = HOUR / 2;
    await alone(memory, vault().client).get(db);
    clock.now = HOUR * 1.4;
    expect(recall()).toBeDefined();
  });

  test('of a volume that does not want it, it is known no longer than it is fresh', async () => {
    const { clock, recall } = await afterReading([item], 0);
    clock.now = 30_000;
    expect(recall()).toBeUndefined();
  });

  test('a selection is known with its list', async () => {
    const { recall } = await afterReading([selection]);
    expect(
      recall()
        ?.flat()
        .map(({ name }) => name),
    ).toEqual(['a', 'b']);
  });

  test.each<[string, readonly ReadItem[], string]>([
    ['another identity', [item], 'them'],
    ['a volume with one object more', [item, { ...item, type: 'cert' }], 'me'],
    ['another vault', [{ ...item, vault: 'other' }], 'me'],
    ['another version', [{ ...item, source: { ...item.source, version: 'f'.repeat(32) } as never }], 'me'],
    ['a selection whose list was not read', [selection], 'me'],
  ])('%s gets nothing at all', async (_, items, who) => {
    const { recall } = await afterReading([item]);
    expect(recall(items, who)).toBeUndefined();
  });

  test('the fallback vault’s is known by it', async () => {
    const { recall } = await afterReading([item]);
    expect(recall([{ ...item, vault: 'first', fallbackVault: 'shop' }])?.flat()[0]?.vault).toBe('shop');
  });

  test.each([403, 401])('what the vault refuses since (%d) is not known any more', async (status) => {
    const { clock, recall, memory } = await afterReading([item]);
    clock.now = 31_000;
    await expect(alone(memory, refusing(status), { recallMs: HOUR }).get(db)).rejects.toThrow();
    expect(recall()).toBeUndefined();
  });

  test.each([429, 503])('what the vault could not serve (%d) is', async (status) => {
    const { clock, recall, memory } = await afterReading([item]);
    clock.now = 31_000;
    await expect(alone(memory, refusing(status), { recallMs: HOUR }).get(db)).rejects.toThrow();
    expect(recall()).toBeDefined();
  });

  test('that an optional object is missing is known too, and then it is missing', async () => {
    const { recall, memory } = await afterReading([item]);
    const missing = { ...db, name: 'missing' };
    await expect(alone(memory, refusing(404), { recallMs: HOUR }).get(missing)).rejects.toThrow();
    const asked: ReadItem = { ...item, source: { ...item.source, name: 'missing' } as never };
    expect(recall([item, { ...asked, optional: true }])?.map((list) => list.length)).toEqual([1, 0]);
    expect(recall([item, asked])).toBeUndefined();
  });
});

describe('the objects of a volume are of one time', () => {
  const cert: ReadItem = itemOf({ ...db, type: 'cert', name: 'site' });
  const key: ReadItem = itemOf({ ...db, name: 'site' });
  const other: ReadItem = itemOf({ ...db, name: 'other' });
  const glob: ReadItem = {
    ...key,
    source: { kind: 'selection', name: '[ab]', tags: {}, directory: undefined },
  };

  /** A vault whose objects all have a new version when it is renewed. */
  function renewing() {
    const state = { version: 1, asked: 0, names: ['a', 'b'] };
    const client: VaultClient = {
      async get({ vault: of, name }): Promise<FoundObject> {
        state.asked++;
        const version = String(state.version).padStart(32, '0');
        const content = { type: 'secret', value: `${state.version}`, contentType: undefined } as const;
        return { vault: of, name, version, content, attributes: noAttributes };
      },
      async *list() {
        state.asked++;
        yield state.names.map((name) => ({ name, enabled: true, tags: {} }));
      },
    };
    return { state, client };
  }

  /** Reads a volume as the reader does, each item at its own vault; answers the values. */
  async function readAll(
    memory: ObjectMemory,
    client: VaultClient,
    items: readonly ReadItem[],
    how: Recollection = {},
    between: () => void = () => undefined,
  ): Promise<string[]> {
    const reading = memory.begin(me, { cloud, items }, how);
    const values: string[] = [];
    for (const { type, vault: of, source } of items) {
      const at = reading.around(client, `https://${of}.vault.azure.net`);
      const names = source.kind === 'named' ? [source.name] : [];
      if (source.kind === 'selection')
        for (const { name } of await whole(at.list(type))) if (/^[ab]$/.test(name)) names.push(name);
      for (const name of names) {
        const version = source.kind === 'named' ? source.version : undefined;
        const { content } = await at.get({ vault: of, type, name, version });
        values.push(content.type === 'secret' ? content.value : '');
        between();
      }
    }
    reading.end();
    return values;
  }

  test('when one of them is not known, all are asked for', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    expect(await readAll(memory, client, [cert])).toEqual(['1']);
    clock.now = 1000;
    state.version = 2;
    expect(await readAll(memory, client, [cert, key])).toEqual(['2', '2']);
    expect(await readAll(memory, client, [key, cert])).toEqual(['2', '2']);
    expect(state.asked).toBe(3);
  });

  test('when all are known, but were read at different times and one has changed, all are asked for', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    await readAll(memory, client, [cert]);
    clock.now = 1000;
    state.version = 2;
    await readAll(memory, client, [key]);
    clock.now = 2000;
    expect(await readAll(memory, client, [cert, key])).toEqual(['2', '2']);
    expect(state.asked).toBe(4);
  });

  test('read at different times, they are of one time when each was the same before and after', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    await readAll(memory, client, [cert, key]);
    clock.now = 1000;
    await readAll(memory, client, [cert, other]);
    clock.now = 2000;
    const before = state.asked;
    // The key as of 0; the certificate was then what it is now.
    expect(await readAll(memory, client, [cert, key])).toEqual(['1', '1']);
    expect(state.asked).toBe(before);
    // But of key and other object it is not known what they were at one time.
    await readAll(memory, client, [key, other]);
    expect(state.asked).toBe(before + 2);
  });

  test('a volume with a selection takes list and objects of one time', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    expect(await readAll(memory, client, [glob])).toEqual(['1', '1']);
    clock.now = 1000;
    state.version = 2;
    state.names = ['a'];
    expect(await readAll(memory, client, [glob])).toEqual(['1', '1']);
    expect(await readAll(memory, client, [glob, key])).toEqual(['2', '2']);
    expect(await readAll(memory, client, [glob])).toEqual(['2']);
  });

  test('what the fallback vault served before does not go with what the first one serves now', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    const fallen = { ...key, vault: 'shop', fallbackVault: 'other' };
    await readAll(memory, client, [cert, { ...key, vault: 'other' }]);
    clock.now = 1000;
    state.version = 2;
    expect(await readAll(memory, client, [cert, fallen])).toEqual(['2', '2']);
  });

  test('versions that are named go with anything', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    const pinned = itemOf({ ...db, version: 'f'.repeat(32) });
    await readAll(memory, client, [pinned]);
    clock.now = 1000;
    state.version = 2;
    expect(await readAll(memory, client, [pinned, key])).toEqual(['1', '2']);
    expect(await readAll(memory, client, [pinned, key])).toEqual(['1', '2']);
    expect(state.asked).toBe(2);
  });

  test('a rotation whose moment has come takes them of one time too', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    clock.now = 1000;
    const how = { freshSince: 1000 };
    // Another volume of the same slot, a moment earlier.
    expect(await readAll(memory, client, [cert], how)).toEqual(['1']);
    clock.now = 1500;
    state.version = 2;
    expect(await readAll(memory, client, [cert, key], how)).toEqual(['2', '2']);
    expect(await readAll(memory, client, [cert, key], how)).toEqual(['2', '2']);
    expect(state.asked).toBe(3);
  });

  test('a reading of the same objects that is under way is gone on with', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    const reading = memory.begin(me, { cloud, items: [cert, key] });
    const at = reading.around(client, ORIGIN);
    await at.get({ ...db, type: 'cert', name: 'site' });
    clock.now = 1000;
    expect(await readAll(memory, client, [cert, key])).toEqual(['1', '1']);
    expect(state.asked).toBe(2);
    reading.end();
    // One of others begins anew.
    state.version = 2;
    expect(await readAll(memory, client, [cert, other])).toEqual(['2', '2']);
  });

  test('a slow reading does not take the place of what a later one has found', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    const slow = memory.begin(me, { cloud, items: [other, cert] });
    const early = await client.get({ ...db, name: 'other' });
    clock.now = 1000;
    state.version = 2;
    await readAll(memory, client, [other, key]);
    await slow.around({ ...client, get: async () => early }, ORIGIN).get({ ...db, name: 'other' });
    expect(await readAll(memory, client, [other, key])).toEqual(['2', '2']);
  });

  test('that an optional object is missing is known for a moment, and goes with the others of that time', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    const optional = { ...itemOf({ ...db, name: 'missing' }), optional: true };
    const items = [cert, optional];
    const get = async (object: ObjectReference) => {
      if (object.name !== 'missing') return client.get(object);
      state.asked++;
      return refusing(404).get(object);
    };
    const read = async () => {
      const reading = memory.begin(me, { cloud, items });
      const at = reading.around({ ...client, get }, ORIGIN);
      await at.get({ ...db, type: 'cert', name: 'site' });
      await expect(at.get({ ...db, name: 'missing' })).rejects.toThrow(VaultRefusal);
      reading.end();
      return state.asked;
    };
    expect(await read()).toBe(2);
    clock.now = 2000;
    expect(await read()).toBe(2);
    // Then all are asked for, as one of them has to be.
    clock.now = 4000;
    expect(await read()).toBe(4);
  });

  test('for when Azure cannot be asked, objects that were read at different times are none', async () => {
    const { memory, clock } = memoryOf();
    const { state, client } = renewing();
    const how = { recallMs: 3_600_000 };
    await readAll(memory, client, [cert, key], how);
    expect(memory.recall('me', { cloud, items: [cert, key] }, 3_600_000)).toHaveLength(2);
    clock.now = 60_000;
    await readAll(memory, client, [cert], how);
    expect(memory.recall('me', { cloud, items: [cert, key] }, 3_600_000)).toHaveLength(2);
    clock.now = 120_000;
    state.version = 2;
    await readAll(memory, client, [cert], how);
    expect(memory.recall('me', { cloud, items: [cert, key] }, 3_600_000)).toBeUndefined();
  });
});

/** Says no, as Key Vault does. */
function refusing(status: number): VaultClient {
  const response = {
    request: createPipelineRequest({ url: ORIGIN }),
    status,
    headers: createHttpHeaders(),
    bodyAsText: JSON.stringify({ error: { code: status === 404 ? 'SecretNotFound' : 'No', message: '' } }),
  };
  const refuse = () => Promise.reject(new VaultRefusal(response));
  return {
    get: refuse,
    async *list() {
      yield await refuse();
    },
  };
}

test('memory stays bounded, however much there is', async () => {
  const { memory } = memoryOf(200_000);
  const { client } = vault({ size: 20_000 });
  const around = alone(memory, client);
  for (let index = 0; index < 200; index++) {
    await around.get({ ...db, name: `s-${index}` });
    expect(memory.bytes).toBeLessThanOrEqual(250_000);
  }
});
