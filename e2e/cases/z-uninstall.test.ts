// @alone: uninstalls the product; it must be the last case
// @cluster: second
// @release: kubelet, API server, Helm
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installerLog, installerOn, installersAreReady } from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { onNode } from '../cluster/node-commands.ts';
import { mountedVolume, pluginDirectory, waitUntilGone } from '../cluster/node-state.ts';
import {
  createPod,
  deletePod,
  deletePods,
  podUid,
  startPod,
  textInPod,
  waitUntilRunning,
  whyItWaits,
} from '../cluster/pods.ts';
import {
  installProduct,
  notWaitedFor,
  productNamespace,
  uninstallProduct,
  upgradeProduct,
} from '../cluster/product.ts';
import { mayDo } from '../cluster/service-accounts.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.worker;
const volume = readerVolume(seed, [['secret', 'plain']]);

beforeAll(() => applyCredentials(state, seed));
afterAll(() => deletePods(state, ['uninstalled', 'after-install', 'on-new-node']));

test('a mounted pod outlives helm uninstall and is unmounted without the product', async () => {
  await startPod(state, { name: 'uninstalled', node, volume });
  const uid = await podUid(state, 'uninstalled');
  const mounted = await mountedVolume(state, node, uid);
  await uninstallProduct(state);
  expect(await textInPod(state, 'uninstalled', 'plain')).toBe(value);
  await deletePod(state, 'uninstalled');
  await waitUntilGone(state, node, uid, mounted);
});

test('the product can be installed again', async () => {
  await installProduct(state);
  await startPod(state, { name: 'after-install', node, volume });
  expect(await textInPod(state, 'after-install', 'plain')).toBe(value);
});

test('with uninstall=true the driver leaves every node but where a pod has a volume, and that one when the pod goes', async () => {
  const others = state.nodes.filter((other) => other !== node);
  await upgradeProduct(state, '--set', 'uninstall=true', notWaitedFor);
  for (const other of others) await untilRemoved(other);
  const log = await waitFor('the log to name the pod', 90, async () => {
    // Before its container is made it has no log.
    const written = await installerLog(state, node).catch(() => '');
    return written.includes('"uninstall-waits"') ? written : undefined;
  });
  expect(log).toContain('"VolumesMounted"');
  expect(log).toContain('pod default/after-install, volume kv. Delete or move these pods first');
  expect(await textInPod(state, 'after-install', 'plain')).toBe(value);
  await deletePod(state, 'after-install');
  await installersAreReady(state);
  for (const one of state.nodes) {
    await untilRemoved(one);
    expect(await onNode(state, one, ['ls', '-A', '/run/keyvault-flexvol'])).toBe('');
  }
  await uninstallProduct(state);
});

test('a pod waits for a new node’s driver by its start-up taint, which the installer takes off', async () => {
  const key = 'keyvault-flexvol/not-ready';
  await kubectl(state, ['taint', 'node', node, `${key}=:NoSchedule`]);
  await createPod(state, { name: 'on-new-node', scheduledTo: node, volume });
  await whyItWaits(state, 'on-new-node', 'untolerated taint');
  await installProduct(state, '--set', 'startupTaint.enabled=true');
  await waitUntilRunning(state, 'on-new-node');
  expect(await textInPod(state, 'on-new-node', 'plain')).toBe(value);
  expect(await kubectl(state, ['get', 'node', node, '-o', 'jsonpath={.spec.taints[*].key}'])).not.toContain(
    key,
  );
  await deletePod(state, 'on-new-node');
});

test('without it the installer has no right to nodes, and no token', async () => {
  const account = { namespace: productNamespace, name: 'keyvault-flexvol' };
  const mayPatch = () => mayDo(state, account, 'patch', 'nodes');
  expect(await mayPatch()).toBe(true);
  await upgradeProduct(state);
  // The API server takes note of roles by and by.
  await waitFor('the right to be gone', 30, async () => ((await mayPatch()) ? undefined : true));
  const roles = await kubectl(state, ['get', 'clusterroles,clusterrolebindings', '-o', 'name']);
  expect(roles).not.toContain('keyvault-flexvol');
  const volumes = ['-n', productNamespace, 'get', 'pod', await installerOn(state, node)];
  expect(await kubectl(state, [...volumes, '-o', 'jsonpath={.spec.volumes[*].name}'])).not.toContain(
    'kube-api-access',
  );
});

async function untilRemoved(from: string): Promise<void> {
  await waitFor(`the driver to leave ${from}`, 90, async () => {
    const plugins = dirname(pluginDirectory);
    return (await onNode(state, from, ['ls', plugins])).includes('azure~kv') ? undefined : true;
  });
}
