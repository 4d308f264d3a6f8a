import { expect, test } from 'vitest';
import { createLimiter } from './limiter.ts';

test('tasks run in order, at most so many at once, and a failed one gives its place away', async () => {
  const limit = createLimiter(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      limit(async () => {
        begun.push(index);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
        running -= 1;
        if (index % 4 === 0) throw new Error(`task ${index}`);
        return index;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect(await limit(async () => 'later')).toBe('later');
});
