import { expect, test } from 'vitest';
import { onBoth } from './host.ts';

test('what waits gets its turn in the order of Node', async () => {
  const { node, front } = await onBoth('waiting-script.ts', {});
  expect(front).toEqual(node);
});
