import { setTimeout as sleep } from 'node:timers/promises';
import { installerOn, installersAreReady } from '../../e2e/cluster/installers.ts';
import { apply, kubectl } from '../../e2e/cluster/kubectl.ts';
import { setFaults, setLatency } from '../../e2e/cluster/mock-control.ts';
import { loadOtherVersion, otherVersion } from '../../e2e/cluster/other-version.ts';
import { createPods, deletePods, type PodRequest } from '../../e2e/cluster/pods.ts';
import { productNamespace, upgradeProduct, whenDeleted } from '../../e2e/cluster/product.ts';
import type { EndToEndState } from '../../e2e/cluster/state.ts';
import {
  applyCredentials,
  credentialsSecret,
  keyVaultVolume,
  objectLists,
  readerVolume,
} from '../../e2e/cluster/volumes.ts';
import { loadSeed, principalOf } from '../../e2e/mock/seed.ts';

const seed = await loadSeed();
const objects = [
  ['secret', 'plain'],
  ['secret', 'multiline'],
  ['key', 'rsa-2048'],
] as const;
const byPrincipal = readerVolume(seed, objects);
const byManagedIdentity = keyVaultVolume(
  {
    ...objectLists(objects),
    usevmmanagedidentity: 'true',
    vmmanagedidentityclientid: principalOf(seed, 'user-identity').clientId,
  },
  { readOnly: true },
);
/** What a panel of failures and one of denials have to show. */
const failing: PodRequest = { name: 'failing', volume: readerVolume(seed, [['secret', 'no-such-secret']]) };
const denied: PodRequest = { name: 'team-b/denied', volume: byPrincipal };
const policy = {
  enabled: true,
  name: 'all-but-team-b',
  rules: [
    {
      namespaces: ['default'],
      serviceAccounts: ['*'],
      vaults: ['*'],
      objects: ['*/*'],
      identities: ['*'],
    },
  ],
};

const rotating: PodRequest = {
  name: 'rotating',
  volume: readerVolume(seed, objects, true, { rotationinterval: '30s' }),
};
const withAgent = ['--set', 'agent.enabled=true,agent.rotation.enabled=true'];

/**
 * Four minutes of a cluster: pods that come and go all the time, and meanwhile a slow vault, one that throttles, a pod with
 * a fault in its manifest, two versions at once, and in the end the node agent, rotation, and a policy that denies.
 * @param installersChanged is called when installers have been replaced
 */
export async function makeTraffic(
  state: EndToEndState,
  installersChanged: () => Promise<void>,
): Promise<void> {
  await loadOtherVersion(state);
  await applyCredentials(state, seed);
  await apply(state, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-b' } });
  await applyCredentials(state, seed, 'team-b');
  const end = new AbortController();
  const waves = comeAndGo(state, end.signal);
  try {
    await sleep(40_000);
    await setLatency(state, 150);
    await sleep(30_000);
    const throttling = { status: 429, headers: { 'retry-after': '1' } };
    await setFaults(state, [{ match: { role: 'vault' }, action: throttling, times: 60 }]);
    await sleep(25_000);
    await createPods(state, [failing]);
    await sleep(25_000);
    await upgradeProduct(state, '--set', `image.tag=${otherVersion}`, ...whenDeleted);
    const worker = await installerOn(state, state.nodes.at(-1) ?? '');
    await kubectl(state, ['-n', productNamespace, 'delete', 'pod', worker, '--wait']);
    await sleep(5000);
    await installersChanged();
    await sleep(40_000);
    await deletePods(state, [failing.name]);
    await upgradeProduct(state, ...withAgent, '--set-json', `nodeConfig.policy=${JSON.stringify(policy)}`);
    await installersAreReady(state);
    await installersChanged();
    await createPods(state, [denied, rotating]);
    await sleep(60_000);
  } finally {
    end.abort();
    await waves;
    await setFaults(state, []);
    await deletePods(state, [failing.name, rotating.name]);
    await kubectl(state, ['delete', 'namespace', 'team-b', '--wait', '--timeout=90s']);
    await kubectl(state, ['delete', 'secret', credentialsSecret]);
  }
}

async function comeAndGo(state: EndToEndState, end: AbortSignal): Promise<void> {
  for (let wave = 0; !end.aborted; wave++) {
    const pods = Array.from({ length: 8 }, (_, index) => ({
      name: `wave-${wave}-${index}`,
      volume: index < 3 ? byManagedIdentity : byPrincipal,
    }));
    await createPods(state, pods);
    await sleep(8000);
    await deletePods(
      state,
      pods.map(({ name }) => name),
    );
  }
}
