// @alone: changes the release
// @release: kubelet, API server
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command } from '../cluster/command.ts';
import { removeExample, startExample } from '../cluster/examples.ts';
import {
  installerSays,
  metricsTextOn,
  replaceInstaller,
  scriptIn,
  untilAgentListens,
} from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { trustServiceAccount } from '../cluster/mock-control.ts';
import { mockVaultClients } from '../cluster/mock-vaults.ts';
import {
  deletePods,
  eventMessages,
  inPod,
  nodeOf,
  type PodRequest,
  permissionsInPod,
  startPod,
  textInPod,
} from '../cluster/pods.ts';
import { productNamespace, upgradeProduct } from '../cluster/product.ts';
import { mayDo } from '../cluster/service-accounts.ts';
import { readState } from '../cluster/state.ts';
import { mockVaults } from '../cluster/vaults-under-test.ts';
import { applyCredentials, readerVolumeOf } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, principalOf } from '../mock/seed.ts';

/** Rotation by the node agent of the chart, switched on for these cases alone. */
const state = readState();
const seed = await loadSeed();
const node = state.worker;
const { secrets } = await mockVaultClients(state, 'testkv', 'writer');
const pods: string[] = [];

/** A moment of 30 s may just have passed; looking for it takes up to 5 s, and reading longer on a machine that is busy. */
const INTERVAL_AND_MORE = 60;

beforeAll(async () => {
  await applyCredentials(state, seed);
  await upgradeProduct(
    state,
    '--set',
    'agent.enabled=true,agent.rotation.enabled=true,agent.rotation.signals=true,agent.rotation.kubeletPodsDirectory=/var/lib/kubelet/pods,agent.rotation.events.enabled=true',
  );
  await untilAgentListens(state, node);
});
afterAll(async () => {
  await deletePods(state, pods);
  await upgradeProduct(state);
});

// Most of these wait for the interval of a volume of their own, so they do it at the same time.
test.concurrent('a new version appears in the running pod within the interval, with its owners and modes', async () => {
  await secrets.setSecret('rotated', 'first');
  const securityContext = { fsGroup: 2000 };
  await start('rotated', { objects: secretNamed('rotated') }, { securityContext });
  expect(await textInPod(state, 'rotated', 'rotated')).toBe('first');
  await secrets.setSecret('rotated', 'second');
  await untilHolds('rotated', 'rotated', 'second');
  expect(await permissionsInPod(state, 'rotated', 'rotated')).toBe('640 0 2000');
  const message = await waitFor('an event of the pod', 30, async () =>
    (await eventMessages(state, 'rotated')).find((text) => text.includes('has new files')),
  );
  expect(message).toMatch(/^volume kv has new files: secret testkv\/rotated: [0-9a-f]{32} -> [0-9a-f]{32}$/);
});

test('the agent’s container can write nothing that kubelet runs, and the installer’s has no right but that', async () => {
  for (const path of ['/volume-plugins/new', '/volume-plugins/azure~kv/new', '/volume-plugins/azure~kv/kv']) {
    const script = `try { require('fs').appendFileSync('${path}', 'x'); console.log('written') } catch ({ code }) { console.log(code) }`;
    expect(await scriptIn(state, node, 'agent', script)).toBe('EROFS');
  }
  const capabilities =
    "console.log(require('fs').readFileSync('/proc/self/status', 'utf8').match(/CapBnd:\\s*(\\w+)/)[1])";
  expect(await scriptIn(state, node, 'installer', capabilities)).toBe('0000000000000000');
  // CHOWN, DAC_OVERRIDE, KILL
  expect(await scriptIn(state, node, 'agent', capabilities)).toBe('0000000000000023');
});

test('no process that the agent sees leads it to the driver’s directory', async () => {
  const script = `
    const { accessSync, constants, readdirSync } = require('fs');
    const names = ['volume-plugins', 'usr/libexec/kubernetes/kubelet-plugins/volume/exec'];
    const paths = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
      .flatMap((pid) => names.map((name) => '/proc/' + pid + '/root/' + name));
    const isOpen = (path) => { try { accessSync(path, constants.W_OK); return true } catch { return false } };
    console.log(JSON.stringify({ seen: paths.length > 20, open: paths.filter(isOpen) }));`;
  expect(JSON.parse(await scriptIn(state, node, 'agent', script))).toEqual({ seen: true, open: [] });
});

test('both containers serve metrics, and the doctor finds the agent', async () => {
  expect(await metricsTextOn(state, node)).toMatch(/^keyvault_flexvol_installer_ready 1$/m);
  expect(await metricsTextOn(state, node, 9811)).toMatch(/^keyvault_flexvol_rotations_total\{/m);
  expect(await installer('doctor')).toMatch(/^ok +node agent +takes connections$/m);
});

test('the installer may create events, and read nothing of the cluster', async () => {
  const account = { namespace: productNamespace, name: 'keyvault-flexvol' };
  expect(await mayDo(state, account, 'create', 'events')).toBe(true);
  for (const what of ['events', 'pods', 'secrets', 'nodes'])
    expect(await mayDo(state, account, 'get', what)).toBe(false);
});

test.concurrent('certificate and key fit at every moment of a renewal', async () => {
  await secrets.setSecret('renewed', await certificate('first'), { contentType: 'application/x-pem-file' });
  const [crt, key] = ['cert, alias: tls.crt', 'key, alias: tls.key'];
  const objects = `[{type: secret, name: renewed, part: ${crt}}, {type: secret, name: renewed, part: ${key}}]`;
  await start('renewed', { objects });
  expect(await subjectOfFittingPair('renewed')).toBe('CN=first');
  await secrets.setSecret('renewed', await certificate('second'), { contentType: 'application/x-pem-file' });
  await waitFor('the renewed certificate', INTERVAL_AND_MORE, async () => {
    const subject = await subjectOfFittingPair('renewed');
    return subject === 'CN=second' ? subject : undefined;
  });
});

test.concurrent('with inplace a new version also comes to a subPath mount and to an open file, and without it to neither', async () => {
  await secrets.setSecret('held', 'first');
  const [bound, opened] = ['/etc/held', '/proc/1/fd/3'];
  for (const [pod, inplace] of [
    ['in-place', 'true'],
    ['exchanged', 'false'],
  ] as const) {
    const command = ['sh', '-c', 'exec 3</kv/held; echo opened; while :; do sleep 1; done'];
    const more = { command, subPaths: { [bound]: 'held' } };
    await start(pod, { objects: secretNamed('held'), inplace }, more);
    await untilSays(pod, 'opened');
    for (const file of [bound, opened]) expect(await textInPod(state, pod, file)).toBe('first');
  }
  await secrets.setSecret('held', 'second, and longer');
  for (const file of ['held', bound, opened]) await untilHolds('in-place', file, 'second, and longer');
  await untilHolds('exchanged', 'held', 'second, and longer');
  for (const file of [bound, opened]) expect(await textInPod(state, 'exchanged', file)).toBe('first');
});

test.concurrent('refresh reads a pod’s volume at once, and status lists it', async () => {
  await secrets.setSecret('refreshed', 'first');
  await start('refreshed', { objects: secretNamed('refreshed'), rotationinterval: '7d' });
  await secrets.setSecret('refreshed', 'second');
  expect(await installer('refresh', 'default/refreshed')).toMatch(
    /^default\/refreshed kv: replaced\n {2}secret testkv\/refreshed: [0-9a-f]{32} -> [0-9a-f]{32}/,
  );
  expect(await textInPod(state, 'refreshed', 'refreshed')).toBe('second');
  const listed = await installer('status');
  expect(listed).toContain('default/refreshed kv (service-principal)');
  expect(listed).toContain('rotates every 7d, next at ');
});

test.concurrent('the containers of the pod that asks for it are told by a signal, and no others', async () => {
  await secrets.setSecret('signalled', 'first');
  for (const [pod, rotationsignal] of [
    ['signalled', 'HUP'],
    ['not-signalled', ''],
  ] as const) {
    const options = { objects: secretNamed('signalled'), rotationsignal, rotationinterval: '7d' };
    const command = ['sh', '-c', 'trap "echo told" HUP; echo listens; while :; do sleep 1; done'];
    await start(pod, options, { command });
    await untilSays(pod, 'listens');
  }
  await secrets.setSecret('signalled', 'second');
  expect(await installer('refresh', 'default/not-signalled')).toContain('replaced');
  expect(await installer('refresh', 'default/signalled')).toContain('replaced');
  await untilSays('signalled', 'listens\ntold');
  expect(await kubectl(state, ['logs', 'not-signalled'])).toBe('listens');
});

test('rotation goes on when the agent’s pod was deleted', async () => {
  await replaceInstaller(state, node);
  await untilAgentListens(state, node);
  await secrets.setSecret('rotated', 'by the next agent');
  await untilHolds('rotated', 'rotated', 'by the next agent');
});

test('workload identity is read again with the pod’s own token', async () => {
  const vaults = mockVaults(state);
  const pod = 'workload-identity';
  const { clientId } = principalOf(seed, 'workload');
  await trustServiceAccount(state, 'workload', { namespace: 'default', name: 'kv-reader' });
  await startExample(state, vaults, pod, { application: clientId });
  try {
    const said = await installerSays(state, await nodeOf(state, pod), 'refresh', `default/${pod}`);
    expect(said).toMatch(/^default\/workload-identity \S+: unchanged$/m);
  } finally {
    await removeExample(state, vaults, pod);
  }
});

test('a pod that goes while volumes rotate leaves nothing on its node', async () => {
  await deletePods(state, pods.splice(0));
  await waitFor('kubelet to unmount the volumes', 90, async () => {
    const listed = await installer('status');
    return listed.startsWith('0 volumes on this node') ? listed : undefined;
  });
});

async function start(
  pod: string,
  options: Readonly<Record<string, string>>,
  more: Pick<PodRequest, 'command' | 'securityContext' | 'subPaths'> = {},
): Promise<void> {
  pods.push(pod);
  const volume = readerVolumeOf(seed, { rotationinterval: '30s', ...options });
  await startPod(state, { name: pod, node, volume, ...more });
}

function secretNamed(name: string): string {
  return `[{type: secret, name: ${name}}]`;
}

async function untilHolds(pod: string, file: string, text: string): Promise<void> {
  await waitFor(`${file} of ${pod} to hold "${text}"`, INTERVAL_AND_MORE, async () =>
    (await textInPod(state, pod, file)) === text ? text : undefined,
  );
}

async function untilSays(pod: string, wanted: string): Promise<void> {
  let log = '';
  await waitFor(
    `pod ${pod} to say "${wanted}"`,
    60,
    async () => {
      log = await kubectl(state, ['logs', pod]);
      return log === wanted ? log : undefined;
    },
    () => log,
  );
}

/** As a server reads the two that reads them one after the other, through the one link. */
async function subjectOfFittingPair(pod: string): Promise<string> {
  const both = await inPod(state, pod, 'sh', '-c', 'cd /kv/..data/ && cat tls.crt tls.key');
  const [crt = '', key = ''] = both.split(/(?=-----BEGIN (?:EC )?PRIVATE KEY)/);
  const found = new X509Certificate(crt);
  expect(found.checkPrivateKey(createPrivateKey(key))).toBe(true);
  return found.subject;
}

/** A key and a certificate for it, in PEM. */
function certificate(name: string): Promise<string> {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  return command('openssl', ['req', '-x509', ...curve, '-subj', `/CN=${name}`, '-keyout', '-', '-out', '-']);
}

function installer(...args: string[]): Promise<string> {
  return installerSays(state, node, ...args);
}
