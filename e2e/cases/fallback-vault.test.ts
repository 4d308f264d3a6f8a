// @alone: makes a vault fail for all pods
import { afterEach, expect, test } from 'vitest';
import { removeExample, startExample } from '../cluster/examples.ts';
import { textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { describeWithVaults } from '../cluster/vaults-under-test.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState();
const pod = 'fallback-vault';
const file = 'shop-db-password';

describeWithVaults(state, 'docs/examples/fallback-vault.yaml', (vaults) => {
  afterEach(() => removeExample(state, vaults, pod));

  const read = async () => ({
    value: await textInPod(state, pod, file),
    metadata: JSON.parse(await textInPod(state, pod, `${file}.metadata.json`)) as object,
  });

  test('the first vault serves while it can', async () => {
    await startExample(state, vaults, pod);
    const { vaults: names } = await vaults.account();
    const { value, metadata } = await read();
    expect(value).toBe(exampleObjects.testkv.secrets[file]?.value);
    expect(metadata).toMatchObject({ vault: names.testkv });
    expect(metadata).not.toHaveProperty('fallback');
  });

  test('the second one serves while the first one fails, and the metadata say so', async () => {
    await vaults.during('testkv', () => startExample(state, vaults, pod));
    const { vaults: names } = await vaults.account();
    const { value, metadata } = await read();
    expect(value).toBe(exampleObjects.fallbackkv.secrets[file]?.value);
    expect(metadata).toMatchObject({ vault: names.fallbackkv, fallback: true });
  });
});
