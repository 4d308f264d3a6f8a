import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import type { VaultClient } from '../../../driver/keyvault/client.ts';
import type { ObjectReference } from '../../../driver/keyvault/object.ts';
import { VaultRefusal } from '../../../driver/keyvault/refusal.ts';
import { parse } from '../../../driver/options/testing/valid-options.ts';
import type { FoundObject, ReadItem } from '../../../driver/ports.ts';
import { noAttributes } from '../testing/no-attributes.ts';
import { ObjectMemory } from './object-memory.ts';

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
  const around = memory.around(client, ORIGIN, me);
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
  await memory.around(client, ORIGIN, me).get(db);
  const other = memory.around(client, origin, Promise.resolve(who));
  expect(await secretIn(other, { ...db, ...changes })).toBe('2');
  expect(asked).toHaveLength(2);
});

test('who is not known leaves nothing behind', async () => {
  const { memory } = memoryOf();
  const { asked, client } = vault();
  const nobody = memory.around(client, ORIGIN, Promise.resolve(undefined));
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
  const around = memory.around(client, ORIGIN, me);
  await around.get(db);
  expect(await around.get({ ...db, vault: 'SHOP', name: 'DB' })).toMatchObject({ vault: 'SHOP', name: 'DB' });
  expect(asked).toHaveLength(1);
});

test('a list is kept whole, and not when it was left half-way', async () => {
  const { memory, counted } = memoryOf();
  const { asked, client } = vault();
  const around = memory.around(client, ORIGIN, me);
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
  await secretIn(memory.around(client, ORIGIN, me), db);
  clock.now = 1000;
  const afresh = () => secretIn(memory.around(client, ORIGIN, me, { freshSince: 1000 }), db);
  expect(await afresh()).toBe('2');
  expect(await afresh()).toBe('2');
  expect(await secretIn(memory.around(client, ORIGIN, me), db)).toBe('2');
});

test('what fails is not kept', async () => {
  const { memory } = memoryOf();
  const failing: VaultClient = {
    get: () => Promise.reject(new Error('no')),
    async *list() {
      yield await Promise.reject(new Error('no'));
    },
  };
  const around = memory.around(failing, ORIGIN, me);
  await expect(around.get(db)).rejects.toThrow('no');
  await expect(whole(around.list('secret'))).rejects.toThrow('no');
  expect(memory.bytes).toBe(0);
});

describe('for when Azure cannot be asked', () => {
  const item: ReadItem = {
    origin: 'objects[0]',
    type: 'secret',
    vault: 'Shop',
    fallbackVault: undefined,
    source: { kind: 'named', name: 'db', version: undefined, file: 'db' },
    optional: false,
  };
  const selection: ReadItem = {
    ...item,
    source: { kind: 'selection', name: '[ab]', tags: {}, directory: undefined },
  };
  const HOUR = 3_600_000;

  async function afterReading(items: readonly ReadItem[], recallMs = HOUR) {
    const { clock, memory } = memoryOf();
    const { client } = vault();
    const around = memory.around(client, ORIGIN, me, { recallMs });
    for (const { source, type } of items) {
      if (source.kind === 'named') await around.get({ ...db, type, name: source.name });
      else for (const { name } of await whole(around.list(type))) await around.get({ ...db, type, name });
    }
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
    await memory.around(vault().client, ORIGIN, me).get(db);
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
    await expect(memory.around(refusing(status), ORIGIN, me, { recallMs: HOUR }).get(db)).rejects.toThrow();
    expect(recall()).toBeUndefined();
  });

  test.each([429, 503])('what the vault could not serve (%d) is', async (status) => {
    const { clock, recall, memory } = await afterReading([item]);
    clock.now = 31_000;
    await expect(memory.around(refusing(status), ORIGIN, me, { recallMs: HOUR }).get(db)).rejects.toThrow();
    expect(recall()).toBeDefined();
  });

  test('that an optional object is missing is known too, and then it is missing', async () => {
    const { recall, memory } = await afterReading([item]);
    const missing = { ...db, name: 'missing' };
    await expect(memory.around(refusing(404), ORIGIN, me, { recallMs: HOUR }).get(missing)).rejects.toThrow();
    const asked: ReadItem = { ...item, source: { ...item.source, name: 'missing' } as never };
    expect(recall([item, { ...asked, optional: true }])?.map((list) => list.length)).toEqual([1, 0]);
    expect(recall([item, asked])).toBeUndefined();
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
  const around = memory.around(client, ORIGIN, me);
  for (let index = 0; index < 200; index++) {
    await around.get({ ...db, name: `s-${index}` });
    expect(memory.bytes).toBeLessThanOrEqual(250_000);
  }
});
