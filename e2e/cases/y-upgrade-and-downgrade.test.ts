// @alone: changes the release
// @cluster: second
// @release: kubelet, Helm
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replaceInstaller, untilLogged, versionOn } from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { setFaults } from '../cluster/mock-control.ts';
import { onNode } from '../cluster/node-commands.ts';
import { mountedVolume, pluginDirectory, waitUntilGone } from '../cluster/node-state.ts';
import { loadOtherVersion, otherVersion } from '../cluster/other-version.ts';
import {
  createPod,
  deletePod,
  deletePods,
  podUid,
  startPod,
  textInPod,
  waitUntilRunning,
} from '../cluster/pods.ts';
import { installerLabel, productNamespace, upgradeProduct, whenDeleted } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.worker;
const volume = readerVolume(seed, [['secret', 'plain']]);
const pods = ['by-newer', 'by-older', 'under-way', ...state.nodes.map((name) => `mixed-${name}`)];
/** Without more arguments the chart installs the image that the run has built. */
const older = ['--set', `image.tag=${otherVersion}`];
let newest = '';

beforeAll(async () => {
  await applyCredentials(state, seed);
  await loadOtherVersion(state);
  newest = await versionOn(state, node);
});
afterAll(async () => {
  await setFaults(state, []);
  await deletePods(state, pods);
  await upgradeProduct(state);
});

test('another setting of the nodes is there after an upgrade, and mounted volumes are left alone', async () => {
  await startPod(state, { name: 'by-newer', node, volume });
  await upgradeProduct(state, '--set', 'nodeConfig.deadlineSeconds=50');
  const configuration = await onNode(state, node, ['cat', `${pluginDirectory}/.config.json`]);
  expect(JSON.parse(configuration)).toMatchObject({ deadlineSeconds: 50 });
  expect(await textInPod(state, 'by-newer', 'plain')).toBe(value);
});

describe('a downgrade', () => {
  test('leaves mounted volumes alone, and its driver mounts further ones', async () => {
    await upgradeProduct(state, ...older, '--set', 'nodeConfig.deadlineSeconds=100');
    expect(await versions()).toEqual(state.nodes.map(() => otherVersion));
    expect(await textInPod(state, 'by-newer', 'plain')).toBe(value);
    await startPod(state, { name: 'by-older', node, volume });
    expect(await textInPod(state, 'by-older', 'plain')).toBe(value);
    expect(await mountedBy('by-older')).toBe(otherVersion);
  });

  test('unmounts by the older driver what the newer one has mounted', async () => {
    await expectUnmountedBy(otherVersion, 'by-newer');
  });
});

describe('an upgrade', () => {
  test('takes the older driver’s place while that still mounts, and the mount goes on to its end', async () => {
    await setFaults(state, [{ match: { role: 'vault' }, action: { delayMs: 60_000 }, times: 1 }]);
    await createPod(state, { name: 'under-way', node, volume });
    const pid = await waitFor('the older driver to mount', 60, mountingProcess);
    const upgrade = upgradeProduct(state, '--set', 'nodeConfig.deadlineSeconds=100');
    const taken = waitFor('the place of the older driver to be taken while it mounts', 90, async () =>
      (await onNode(state, node, ['readlink', `/proc/${pid}/exe`])).endsWith(' (deleted)') ? true : undefined,
    );
    await Promise.allSettled([upgrade, taken]);
    await Promise.all([upgrade, taken]);
    expect(await versions()).toEqual(state.nodes.map(() => newest));
    await waitUntilRunning(state, 'under-way');
    expect(await textInPod(state, 'under-way', 'plain')).toBe(value);
    expect(await mountedBy('under-way')).toBe(otherVersion);
  });

  test('unmounts by the newer driver what the older one has mounted', async () => {
    for (const name of ['by-older', 'under-way']) {
      expect(await textInPod(state, name, 'plain')).toBe(value);
      await expectUnmountedBy(newest, name);
    }
  });
});

test('nodes may have different versions, and pods mount on each', async () => {
  await upgradeProduct(state, ...older, ...whenDeleted);
  await replaceInstaller(state, node);
  expect((await versions()).toSorted()).toEqual([otherVersion, newest].toSorted());
  for (const name of state.nodes) {
    await startPod(state, { name: `mixed-${name}`, node: name, volume });
    expect(await textInPod(state, `mixed-${name}`, 'plain')).toBe(value);
    const expected = name === node ? otherVersion : newest;
    expect(await mountedBy(`mixed-${name}`, name)).toBe(expected);
  }
});

test('a roll-out takes no more installers at a time than maxUnavailable says, and every node in the end', async () => {
  const oneAtATime = ['--set', 'updateStrategy.rollingUpdate.maxUnavailable=1'];
  await upgradeProduct(state, ...older, ...oneAtATime);
  const unavailable: number[] = [];
  let isDone = false;
  const upgrade = upgradeProduct(state, ...oneAtATime).finally(() => {
    isDone = true;
  });
  while (!isDone) unavailable.push(await unavailableInstallers());
  await upgrade;
  expect(Math.max(...unavailable)).toBe(1);
  expect(await versions()).toEqual(state.nodes.map(() => newest));
});

function versions(): Promise<string[]> {
  return Promise.all(state.nodes.map((name) => versionOn(state, name)));
}

/** Version of the driver that has mounted a pod's volume, by the event that it left. */
async function mountedBy(pod: string, on = node): Promise<string> {
  return (await untilLogged(state, on, 'mount', await podUid(state, pod))).driverVersion;
}

async function expectUnmountedBy(version: string, pod: string): Promise<void> {
  const uid = await podUid(state, pod);
  const mounted = await mountedVolume(state, node, uid);
  await deletePod(state, pod);
  await waitUntilGone(state, node, uid, mounted);
  expect((await untilLogged(state, node, 'unmount', uid)).driverVersion).toBe(version);
}

async function mountingProcess(): Promise<string | undefined> {
  const found = await onNode(state, node, ['pgrep', '-f', `^${pluginDirectory}/kv mount`]).catch(() => '');
  return found.split('\n').find((line) => line !== '');
}

async function unavailableInstallers(): Promise<number> {
  const path = 'jsonpath={.items[0].status.numberUnavailable}';
  const daemonSets = ['get', 'daemonsets', '-l', installerLabel, '-o', path];
  return Number(await kubectl(state, ['-n', productNamespace, ...daemonSets]));
}
