import { expect, test } from 'vitest';
import { onBoth } from './host.ts';

test('what waits gets its turn in the order of Node', async () => {
  const { node, runtime } = await onBoth('waiting-script.ts', {});
  expect(runtime).toEqual(node);
});
