import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

test('a secret becomes a file with its bytes', async () => {
  const volume = volumeOf(scene, 'first');
  const result = await scene.kubelet.mount(volume);
  expect(result.status).toEqual({ status: 'Success' });
  const file = join(scene.kubelet.directoryOf(volume), 'plain');
  expect(readFileSync(file, 'utf8')).toBe(secretOf(scene.azure.seed, 'testkv', 'plain').value);
});
