import { expect, test } from 'vitest';
import { waitFor } from './waiting.ts';

test('the first answer that is there ends the wait', async () => {
  const answers = [undefined, 'there'];
  expect(await waitFor('it', 5, async () => answers.shift())).toBe('there');
});

test('a wait in vain says what for, how long, and what was seen last', async () => {
  const wait = waitFor(
    'the pod to run',
    0,
    async () => undefined,
    () => ({ phase: 'Pending' }),
  );
  await expect(wait).rejects.toThrow('waited 0 s for the pod to run; last seen: {"phase":"Pending"}');
});
