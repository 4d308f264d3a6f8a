import { describe, expect, test } from 'vitest';
import { VaultBudget } from './vault-budget.ts';

const HOST = 'shop.vault.azure.net';
const never = new AbortController().signal;

function budgetOf(perSecond: number) {
  const clock = { now: 0 };
  return { clock, budget: new VaultBudget(perSecond, () => clock.now) };
}

/** How many of these turns come at once; the others are waited for no longer. */
async function atOnce(budget: VaultBudget, turns: number, host = HOST): Promise<number> {
  const over = new AbortController();
  let came = 0;
  const all = Array.from({ length: turns }, () =>
    budget.turn(host, over.signal).then(
      () => {
        came += 1;
      },
      () => undefined,
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  const those = came;
  over.abort();
  await Promise.all(all);
  return those;
}

describe('requests of a node to one vault', () => {
  test('go at once up to two seconds’ worth, and the rest in turn', async () => {
    const { budget } = budgetOf(10);
    expect(await atOnce(budget, 30)).toBe(20);
  });

  test('have again what time gave', async () => {
    const { clock, budget } = budgetOf(10);
    await atOnce(budget, 20);
    clock.now = 500;
    expect(await atOnce(budget, 30)).toBe(5);
    clock.now = 100_000;
    expect(await atOnce(budget, 30)).toBe(20);
  });

  test('take nothing from another vault', async () => {
    const { budget } = budgetOf(10);
    await atOnce(budget, 30);
    expect(await atOnce(budget, 30, 'other.vault.azure.net')).toBe(20);
  });

  // A process that is not scheduled for 100 ms gets the first turn before it gives up: then it is tried again.
  test('that are not waited for any more give their turn back', { retry: 5 }, async () => {
    const { clock, budget } = budgetOf(10);
    await atOnce(budget, 500);
    clock.now = 1000;
    expect(await atOnce(budget, 30)).toBe(10);
  });

  test('wait for their turn', async () => {
    const { budget } = budgetOf(100);
    await atOnce(budget, 200);
    const began = performance.now();
    await budget.turn(HOST, never);
    expect(performance.now() - began).toBeGreaterThan(8);
  });
});

describe('a vault that throttles', () => {
  test('is left in peace for as long as it says', () => {
    const { clock, budget } = budgetOf(10);
    budget.throttled(HOST, 7000);
    expect(budget.closedFor(HOST)).toBe(7000);
    clock.now = 6999;
    expect(budget.closedFor(HOST)).toBe(1);
    clock.now = 7000;
    expect(budget.closedFor(HOST)).toBe(0);
  });

  test('without saying for how long is left alone ever longer, until it serves', () => {
    const { clock, budget } = budgetOf(10);
    const pauses = [];
    for (let times = 0; times < 8; times++) {
      budget.throttled(HOST, undefined);
      pauses.push(budget.closedFor(HOST) / 1000);
      clock.now += budget.closedFor(HOST);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
    budget.served(HOST);
    budget.throttled(HOST, undefined);
    expect(budget.closedFor(HOST)).toBe(1000);
  });

  test('gets one request afterwards, then more and more: no herd', async () => {
    const { clock, budget } = budgetOf(10);
    budget.throttled(HOST, 1000);
    expect(await atOnce(budget, 30)).toBe(1);
    clock.now = 60_000;
    expect(await atOnce(budget, 30)).toBe(20);
  });

  test('says so once, though many were under way', async () => {
    const { clock, budget } = budgetOf(16);
    for (let times = 0; times < 8; times++) budget.throttled(HOST, 1000);
    clock.now = 1000;
    // Half the rate and what came back of it, not an eighth of an eighth: in the second that passed, and the one left.
    expect(await atOnce(budget, 30)).toBe(10);
  });
});

test('a thousand names of vaults, made up by pods, are not kept for ever', async () => {
  const { clock, budget } = budgetOf(10);
  for (let index = 0; index < 5000; index++) {
    clock.now = index * 10;
    await budget.turn(`v${index}.vault.azure.net`, never);
  }
  expect(await atOnce(budget, 30)).toBe(20);
});
