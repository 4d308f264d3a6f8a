import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame } from '../../driver/agent/frame.ts';
import { parseSettings } from '../settings.ts';
import { giveOrder, listenForOrders, NoAgent, type Order } from './control.ts';
import { runRefresh } from './refresh.ts';
import type { Outcome } from './rotator.ts';

const replaced: Outcome = {
  namespace: 'shop',
  pod: 'web-0',
  volume: 'kv',
  result: 'replaced',
  changes: ['secret testkv/db: 1 -> 2'],
  message: undefined,
};
let run = '';
let server: Server | undefined;
let orders: Order[] = [];

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'control-'));
  orders = [];
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(run, { recursive: true });
});

async function listen(outcomes: Outcome[] | Error): Promise<void> {
  server = await listenForOrders(run, {
    async rotateNow(order) {
      orders.push(order);
      if (outcomes instanceof Error) throw outcomes;
      return outcomes;
    },
  });
}

const refresh = (...args: string[]) =>
  runRefresh(args, {
    version: 'test',
    settings: () => parseSettings({ RUN_DIRECTORY: run }),
    standardInput: async () => '',
  });

test('an order is carried out, and its outcomes come back', async () => {
  await listen([replaced]);
  expect(await giveOrder(run, { namespace: 'shop', name: 'web-0' })).toEqual([replaced]);
  expect(orders).toEqual([{ namespace: 'shop', name: 'web-0' }]);
});

test('the socket is root’s alone, and so is its directory', async () => {
  await listen([]);
  expect(statSync(join(run, 'agent')).mode & 0o7777).toBe(0o700);
  expect(statSync(join(run, 'agent/control.sock')).mode & 0o7777).toBe(0o600);
});

test.each<[string, Buffer]>([
  ['no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['four gigabytes announced', Buffer.alloc(4, 0xff)],
  ['an unknown order', encodeFrame({ remove: 'all' })],
  ['an order with more to it', encodeFrame({ refresh: 'all', also: 1 })],
  ['a name that is too long', encodeFrame({ refresh: { namespace: 'a', name: 'x'.repeat(254) } })],
])('%s is refused, and nothing is done', async (_, bytes) => {
  await listen([replaced]);
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(join(run, 'agent/control.sock'), () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
  expect(said).toContain('{"refused":"no order of this version"}');
  expect(orders).toEqual([]);
});

describe('whoever gives an order is told when there is nobody', () => {
  test('who listens', async () => {
    await expect(giveOrder(run, 'all')).rejects.toThrow(NoAgent);
  });

  test('who could carry it out', async () => {
    await listen(new RangeError('secret'));
    await expect(giveOrder(run, 'all')).rejects.toThrow(/^RangeError$/);
  });
});

describe('refresh', () => {
  test('tells what changed, by pod', async () => {
    await listen([{ ...replaced, pod: 'web-1', result: 'unchanged', changes: [] }, replaced]);
    expect(await refresh('--all')).toEqual({
      output: 'shop/web-0 kv: replaced\n  secret testkv/db: 1 -> 2\nshop/web-1 kv: unchanged\n',
      errors: '',
      exitCode: 0,
    });
  });

  test('ends with 1 when a volume could not be read', async () => {
    await listen([{ ...replaced, result: 'failed', changes: [], message: 'no permission' }]);
    expect(await refresh('shop/web-0')).toMatchObject({
      output: 'shop/web-0 kv: failed: no permission\n',
      exitCode: 1,
    });
  });

  test('ends with 1 when the pod has no volume on the node', async () => {
    await listen([]);
    expect(await refresh('shop/web-0')).toMatchObject({
      errors: 'The pod shop/web-0 has no volume of this driver on this node.\n',
      exitCode: 1,
    });
  });

  test.each([[[]], [['web-0']], [['a/b', 'c/d']], [['--everything']], [['A/b']]])(
    'of %j is told how it is used',
    async (args) => {
      expect(await refresh(...args)).toMatchObject({ exitCode: 2, output: '' });
    },
  );
});
