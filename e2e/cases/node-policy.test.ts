// @alone: changes the configuration of the nodes
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installerSays } from '../cluster/installers.ts';
import { apply, kubectl } from '../cluster/kubectl.ts';
import { createPod, startPod, textInPod, waitUntilRunning, whyItWaits } from '../cluster/pods.ts';
import { upgradeProduct } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { credentialsSecret, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const inline = readerVolume(seed, [['secret', 'plain']]);

/** One team's pods may have one secret; of the other no rule knows. */
const rule = {
  description: 'team-a alone',
  namespaces: ['team-a'],
  serviceAccounts: ['default'],
  vaults: ['testkv'],
  objects: ['secret/pl*'],
  identities: ['service-principal'],
};
const teams = ['team-a', 'team-b'];

beforeAll(async () => {
  await apply(state, ...teams.flatMap(namespaceOf), ...teams.flatMap(claimOf));
  await setPolicy(rule);
});

afterAll(async () => {
  await kubectl(state, ['delete', 'namespace', ...teams, '--ignore-not-found', '--timeout=120s']);
  await kubectl(state, ['delete', 'pv', ...teams, '--ignore-not-found', '--timeout=60s']);
  await upgradeProduct(state);
});

describe.each([
  ['an inline volume', 'inline', () => inline],
  ['a claim', 'claim', () => ({ persistentVolumeClaim: { claimName: 'vault' } })],
])('through %s', (_, name, volume) => {
  test('a pod of the namespace that a rule names reads its secret', async () => {
    const pod = { name: `team-a/${name}`, volume: volume() };
    await startPod(state, pod);
    expect(await textInPod(state, pod.name, 'plain')).toBe(value);
  });

  test('the same pod of another namespace is denied, and told nothing but the policy’s name', async () => {
    const pod = { name: `team-b/${name}`, volume: volume() };
    await createPod(state, pod);
    const message = await whyItWaits(state, pod.name, 'PolicyDenied');
    expect(/PolicyDenied: .*/s.exec(message)?.[0].trim()).toBe(
      'PolicyDenied: the policy "teams" of this node does not allow this volume (namespace "team-b", service account "default", service-principal); ask the cluster\'s admin, who can test the policy',
    );
  });
});

describe('the installer explains to an admin', () => {
  test('which rule allows', async () => {
    const said = await testPolicy('team-a');
    expect(said).toContain('secret/plain of vault testkv: allowed by rule 1 (team-a alone)');
  });

  test('why none does', async () => {
    await expect(testPolicy('team-b')).rejects.toThrow('none of namespaces "team-a" matches "team-b"');
  });
});

test('a denied pod starts when the policy comes to allow it', async () => {
  await setPolicy(rule, { ...rule, namespaces: ['team-b'] });
  await waitUntilRunning(state, 'team-b/inline');
  expect(await textInPod(state, 'team-b/inline', 'plain')).toBe(value);
});

async function setPolicy(...rules: readonly object[]): Promise<void> {
  const policy = { enabled: true, name: 'teams', rules };
  await upgradeProduct(state, '--set-json', `nodeConfig.policy=${JSON.stringify(policy)}`);
}

/** As docs/policy.md has it. */
function testPolicy(namespace: string): Promise<string> {
  const pod = ['--namespace', namespace, '--service-account', 'default', '--identity', 'service-principal'];
  const object = ['--vault', 'testkv', '--object', 'secret/plain'];
  return installerSays(state, state.worker, 'policy', 'test', ...pod, ...object);
}

function namespaceOf(name: string): object[] {
  const { clientId, secrets } = principalOf(seed, 'reader');
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'azure/kv',
      metadata: { name: credentialsSecret, namespace: name },
      stringData: { clientid: clientId, clientsecret: secrets[0] },
    },
  ];
}

/** Both volumes take their Secret from team-a: whose it is does not count, only whose the pod is. */
function claimOf(namespace: string): object[] {
  const { flexVolume } = inline as { flexVolume: { secretRef: object } };
  const shared = {
    accessModes: ['ReadOnlyMany'],
    storageClassName: '',
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: namespace },
      spec: {
        ...shared,
        capacity: { storage: '1Mi' },
        claimRef: { namespace, name: 'vault' },
        flexVolume: { ...flexVolume, secretRef: { ...flexVolume.secretRef, namespace: 'team-a' } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'vault', namespace },
      spec: { ...shared, volumeName: namespace, resources: { requests: { storage: '1Mi' } } },
    },
  ];
}
