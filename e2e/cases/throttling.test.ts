// @alone: makes the vaults answer 429 to all pods
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mockJournal, setFaults } from '../cluster/mock-control.ts';
import { createPod, deletePods, textInPod, waitUntilRunning } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const pods = Array.from({ length: 8 }, (_, index) => `throttled-${index}`);
/** Two refusals for each pod; the vault says when to ask again, which the driver keeps to. */
const refusals = 2 * pods.length;

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  await setFaults(state, []);
  await deletePods(state, pods);
});

test('pods that start together while the vault answers 429 all come up, each with its file', async () => {
  const before = await throttled();
  const action = { status: 429, headers: { 'Retry-After': '1' } };
  await setFaults(state, [{ match: { role: 'vault' }, action, times: refusals }]);
  const volume = readerVolume(seed, [['secret', 'plain']]);
  await Promise.all(pods.map((name) => createPod(state, { name, volume })));
  for (const name of pods) await waitUntilRunning(state, name);
  for (const name of pods)
    expect(await textInPod(state, name, 'plain')).toBe(secretOf(seed, 'testkv', 'plain').value);
  expect((await throttled()) - before).toBeGreaterThan(0);
});

async function throttled(): Promise<number> {
  const requests = await mockJournal(state);
  return requests.filter(({ role, status }) => role === 'vault' && status === 429).length;
}
