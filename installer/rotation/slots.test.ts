import { describe, expect, test } from 'vitest';
import { isDue, nextAt, shareOf } from './slots.ts';

const checked = (at: number, failures = 0) => ({ at, failures });

describe('the next time', () => {
  test('is the same for all volumes of a node, whenever they were mounted', () => {
    const times = [1000, 1001, 1100, 1199.9].map((at) => nextAt(checked(at), 300, 0.5));
    expect(new Set(times).size).toBe(1);
  });

  test('comes within the interval, and never at once', () => {
    for (let at = 0; at < 2000; at += 7) {
      const wait = nextAt(checked(at), 300, 0.123) - at;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(300);
    }
  });

  test('of a long interval is one of each shorter that divides it', () => {
    const long = nextAt(checked(12_345), 600, 0.7);
    expect(nextAt(checked(long - 1), 300, 0.7)).toBeCloseTo(long, 6);
  });

  test('is spread over nodes: of 1000, no tenth of the interval has more than its double share', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let node = 0; node < 1000; node++) {
      const wait = nextAt(checked(100_000), 300, shareOf(crypto.randomUUID())) - 100_000;
      const tenth = Math.min(9, Math.floor(wait / 30));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.max(...tenths)).toBeLessThan(200);
  });

  test.each([
    [1, 60],
    [2, 120],
    [3, 240],
    [7, 3600],
    [50, 3600],
  ])('after %i failures comes in about %i seconds', (failures, seconds) => {
    const wait = nextAt(checked(1000, failures), 7 * 86_400, 0) - 1000;
    expect(wait).toBe(seconds);
  });

  test('of a volume that awaits what is fresh comes soon, however often it failed', () => {
    expect(nextAt({ ...checked(1000, 50), awaitsFresh: true }, 7 * 86_400, 0) - 1000).toBe(15);
  });

  test('after failures is no later than the interval', () => {
    expect(nextAt(checked(1000, 20), 300, 0.5) - 1000).toBeLessThanOrEqual(300);
  });
});

test('a volume that was read later than now is of another start of the node, and due', () => {
  expect(isDue(checked(5000), 300, 0, 100)).toBe(true);
  expect(isDue(checked(90), 300, 0, 100)).toBe(false);
});

test.each([
  ['c98908a2-656b-4ef6-bc83-7bdad23b1ccb', 0.7872],
  ['', 0],
])('the share of a node is from its boot id: %j', (bootId, share) => {
  expect(shareOf(bootId)).toBeCloseTo(share, 3);
});
