// @alone: changes the release, counts requests, and makes vaults fail
// @cluster: second
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  eventsOn,
  installerOn,
  untilAgentListens,
  untilLogged,
  untilReplaced,
} from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { mockJournal, nodeJournal, setFaults } from '../cluster/mock-control.ts';
import {
  createPods,
  deletePods,
  podUid,
  startPod,
  textInPod,
  waitUntilRunning,
  whyItWaits,
} from '../cluster/pods.ts';
import { productNamespace, upgradeProduct } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, keyVaultVolume, objectLists, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { eightObjects, loadSeed, secretOf } from '../mock/seed.ts';

/** The node agent of the chart, switched on for these cases alone. */
const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.worker;
const plain = readerVolume(seed, [['secret', 'plain']]);

const created: string[] = [];

beforeAll(async () => {
  await applyCredentials(state, seed);
  // Objects are kept for so long that no case of these depends on how long the others took.
  await switchOn(600);
});
afterAll(async () => {
  await setFaults(state, []);
  await deletePods(state, created);
  await upgradeProduct(state);
});

/** Of fifty mounts at once on a busy machine, so many may wait in vain for the agent's first word, and read by themselves. */
const MOST_PASSED_OVER = 10;

test('fifty pods with the same eight objects cost one token and eight objects', async () => {
  const before = (await mockJournal(state)).length;
  const names = await create(50, 'agent-same', readerVolume(seed, eightObjects));
  for (const name of names) await waitUntilRunning(state, name);
  const requests = (await mockJournal(state)).slice(before);
  const mounts = await waitFor('the events of the fifty mounts', 60, async () => {
    const all = (await eventsOn(state, node)).filter(
      ({ event, pod }) => event === 'mount' && pod.name?.startsWith('agent-same-'),
    );
    return all.filter(({ code }) => code === 'Success').length === 50 ? all : undefined;
  });
  // The installer tells which mounts the agent read for.
  const byThemselves = mounts.filter(({ source }) => source !== 'agent');
  expect(new Set(byThemselves.map(({ agentPassedOver }) => agentPassedOver))).toEqual(
    new Set(byThemselves.length > 0 ? ['silent'] : []),
  );
  expect(byThemselves.length).toBeLessThan(MOST_PASSED_OVER);
  const readers = 1 + byThemselves.length;
  const askedOf = (asked: string) => requests.filter(({ role }) => role === asked).length;
  expect(askedOf('entra')).toBeGreaterThanOrEqual(1);
  expect(askedOf('entra')).toBeLessThanOrEqual(readers);
  expect(askedOf('vault')).toBeGreaterThanOrEqual(8);
  expect(askedOf('vault')).toBeLessThanOrEqual(8 * readers);
  for (const name of [names.at(0), names.at(-1)])
    expect(await textInPod(state, name ?? '', 'plain')).toBe(value);
  await deletePods(state, names);
});

test('with pod identity the NMI of the node is asked for each pod', async () => {
  const before = (await nodeJournal(state, node)).length;
  const options = { ...objectLists([['secret', 'plain']]), usepodidentity: 'true' };
  const names = await create(2, 'agent-nmi', keyVaultVolume(options));
  for (const name of names) await waitUntilRunning(state, name);
  const requests = (await nodeJournal(state, node)).slice(before).filter(({ role }) => role === 'nmi');
  expect(requests).toHaveLength(2);
});

test('pods mount while the agent is away, and by it again when it is back', async () => {
  const installer = await installerOn(state, node);
  await kubectl(state, ['-n', productNamespace, 'delete', 'pod', installer, '--wait=false']);
  await start('agent-away');
  expect(await textInPod(state, 'agent-away', 'plain')).toBe(value);
  await untilReplaced(state, node, installer);
  await untilAgentListens(state, node);
  await start('agent-back');
  expect((await mountOf('agent-back')).source).toBe('agent');
});

test('a vault that answers 429 to everybody gets no herd when it is over', async () => {
  const secrets = ['one-char', 'multiline', 'non-ascii', 'json-document', 'crlf', 'whitespace'];
  const before = (await mockJournal(state)).length;
  await setFaults(state, [
    { match: { role: 'vault' }, action: { status: 429, headers: { 'Retry-After': '3' } }, times: 4 },
  ]);
  const all: string[] = [];
  for (const secret of secrets)
    all.push(...(await create(3, `agent-429-${secret}`, readerVolume(seed, [['secret', secret]]))));
  for (const name of all) await waitUntilRunning(state, name);
  const requests = (await mockJournal(state)).slice(before).filter(({ role }) => role === 'vault');
  expect(requests.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  // Without what the agent remembers, eighteen pods would have asked at least once each, and once more for each refusal.
  expect(requests.length).toBeLessThan(18);
});

test('while the vault is down, pods that may start with what is known do, and others say why they wait', async () => {
  await switchOn(5);
  const stale = readerVolume(seed, [['secret', 'plain']], true, { startstale: '1h' });
  const [known = ''] = await create(1, 'agent-known', stale);
  await waitUntilRunning(state, known);
  // until what the agent keeps of it is older than it may be
  await delay(6000);
  await setFaults(state, [{ match: { role: 'vault' }, action: { reset: 'at-once' } }]);
  const [starts = ''] = await create(1, 'agent-stale', stale);
  const [waits = ''] = await create(1, 'agent-waits', plain);
  await waitUntilRunning(state, starts);
  expect(await textInPod(state, starts, 'plain')).toBe(value);
  expect(await mountOf(starts)).toMatchObject({ source: 'agent', staleSince: expect.any(String) });
  await whyItWaits(state, waits, 'VaultUnreachable');
  await setFaults(state, []);
  await waitUntilRunning(state, waits);
});

async function switchOn(latestSeconds: number): Promise<void> {
  await upgradeProduct(state, '--set', `agent.enabled=true,agent.memory.latestSeconds=${latestSeconds}`);
  await untilAgentListens(state, node);
}

async function create(count: number, name: string, volume: object): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  created.push(...names);
  await createPods(
    state,
    names.map((each) => ({ name: each, node, volume })),
  );
  return names;
}

async function start(name: string): Promise<void> {
  created.push(name);
  await startPod(state, { name, node, volume: plain });
}

async function mountOf(pod: string) {
  return untilLogged(state, node, 'mount', await podUid(state, pod));
}
