import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { filesInPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const pod = 'optional-and-metadata';

describeExample(state, pod, (vaults) => {
  test('the missing optional object is left out', async () => {
    expect(await filesInPod(state, pod)).toEqual([
      'shared-api-key',
      'shop-db-password',
      'shop-db-password.metadata.json',
    ]);
  });

  test('an object comes from the vault that it names', async () => {
    const { value } = exampleObjects.otherkv.secrets['shared-api-key'] ?? {};
    expect(await textInPod(state, pod, 'shared-api-key')).toBe(value);
  });

  test('the metadata are those of the vault', async () => {
    const { secrets } = await vaults.clients('testkv');
    const { properties } = await secrets.getSecret('shop-db-password');
    const { vaults: names } = await vaults.account();
    const metadata = JSON.parse(await textInPod(state, pod, 'shop-db-password.metadata.json'));
    expect(metadata).toMatchObject({
      type: 'secret',
      name: 'shop-db-password',
      vault: names.testkv,
      version: properties.version,
      tags: { app: 'shop' },
    });
    expect(metadata.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(new Date(metadata.created)).toEqual(properties.createdOn);
  });
});
