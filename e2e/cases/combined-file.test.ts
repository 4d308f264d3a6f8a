import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { filesInPod, inPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const pod = 'combined-file';
const { secrets } = exampleObjects.testkv;
const expected = {
  SHOP_DB_USER: secrets['shop-db-user']?.value,
  SHOP_DB_PASSWORD: secrets['shop-db-password']?.value,
  SHOP_DB_HOST: 'db.example.test',
};

describeExample(state, pod, () => {
  test('all objects are in one file', async () => {
    expect(await filesInPod(state, pod)).toEqual(['shop.env']);
    expect(parseEnv(await textInPod(state, pod, 'shop.env'))).toEqual(expected);
  });

  test('the container’s shell has read it into the environment of its process', async () => {
    const environment = await inPod(state, pod, 'sh', '-c', 'tr "\\0" "\\n" </proc/1/environ');
    for (const [name, value] of Object.entries(expected))
      expect(environment.split('\n')).toContain(`${name}=${value}`);
  });
});
