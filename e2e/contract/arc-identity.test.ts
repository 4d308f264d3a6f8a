// The managed identity of a node that Azure Arc manages: no IMDS, but the agent on the node's loopback.
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { installerCommand } from '../lab/installer-command.ts';
import { principalOf } from '../mock/seed.ts';
import { type AgentFault, setArcNode } from './arc-node.ts';
import { expectPlainSecret, failureOf, requestedBy } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const agent = setArcNode(scene);

const managed = (pod: string, options = {}) =>
  volumeOf(scene, pod, { secret: {}, options: { usevmmanagedidentity: 'true', tenantid: '', ...options } });

test("proves that it is root's, and reads with the node's system-assigned identity", async () => {
  await agent.start();
  await expectPlainSecret(scene, managed('arc'));
  expect(agent.requests).toEqual(['no key: 401', 'key: 200']);
  expect(requestedBy(scene)).toEqual(['vault system-identity']);
});

test("takes neither another endpoint nor a proxy from kubelet's environment to the agent", async () => {
  await agent.start();
  const environment = {
    IDENTITY_ENDPOINT: 'http://127.0.0.1:1/',
    IMDS_ENDPOINT: 'http://127.0.0.1:1/',
    IDENTITY_HEADER: 'x',
    HTTP_PROXY: 'http://127.0.0.1:1/',
    http_proxy: 'http://127.0.0.1:1/',
  };
  await expectPlainSecret(scene, managed('arc'), environment);
  expect(agent.requests).toEqual(['no key: 401', 'key: 200']);
});

test('asks again while the agent is busy', async () => {
  await agent.start({ busy: 2 });
  await expectPlainSecret(scene, managed('arc'));
  expect(agent.requests).toEqual(['no key: 500', 'no key: 500', 'no key: 401', 'key: 200']);
});

test('says when no agent listens', async () => {
  expect(await failureOf(scene, managed('arc'))).toBe(
    "TokenUnavailable: the node's Azure Arc agent (HIMDS) could not be reached on 127.0.0.1:40342: the connection was refused (ECONNREFUSED); check that the agent runs with 'azcmagent show' on the node",
  );
  expect(scene.azure.requests()).toEqual([]);
});

test('gives up at the deadline with what the agent said last', async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
  await agent.start({ busy: 100 });
  expect(await failureOf(scene, managed('arc'))).toMatch(/^TokenUnavailable: .*\(HTTP 500\); check with/);
});

test('does not wait for an agent that says nothing beyond the deadline', async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
  await agent.start({ hang: true });
  expect(await failureOf(scene, managed('arc'))).toMatch(
    /^DeadlineExceeded: the call-out took longer than 5 s/,
  );
});

test('says when the agent refuses the key that it named', async () => {
  await agent.start({ wrongKey: 'of-yesterday' });
  expect(await failureOf(scene, managed('arc'))).toMatch(/refused the key that it named itself \(HTTP 401\)/);
  expect(agent.requests).toEqual(['no key: 401', 'key: 401']);
});

const elsewhere = '/run/lab/elsewhere.key';
test.each<[string, AgentFault, RegExp]>([
  [
    'names a key file elsewhere',
    { keyFile: elsewhere },
    /named a key file outside \/var\/opt\/azcmagent\/tokens, which is not read; check that it is the agent/,
  ],
  [
    'names a file that is no key',
    { keyFile: '/var/opt/azcmagent/tokens/shadow' },
    /named a key file that is no \.key file, which is not read/,
  ],
  [
    'names a key file that is not there',
    { noKey: true },
    /named a key file .* cannot be read; check that kubelet/,
  ],
  [
    'has a key that is none',
    { wrongKey: 'x'.repeat(4097) },
    /named a key file that is larger than 4096 bytes/,
  ],
  ['names no file', { challenge: {} }, /asked for a proof without saying which; update the agent$/],
  [
    'wants another proof',
    { challenge: { 'WWW-Authenticate': 'Negotiate' } },
    /a proof that is not known; update/,
  ],
])('sends nothing when the agent %s', async (_, fault, expected) => {
  await agent.start(fault);
  const message = await failureOf(scene, managed('arc'));
  expect(message).toMatch(/^TokenUnavailable: the node's Azure Arc agent \(HIMDS\) /);
  expect(message).toMatch(expected);
  expect(agent.requests).toEqual(['no key: 401']);
});

test.each([
  [
    400,
    '{"error":"invalid_request","error_description":"CANARY"}',
    /gave no token .*\(HTTP 400\); check with/,
  ],
  [401, '{"error":"unauthorized","error_description":"CANARY"}', /refused the key that it named itself/],
  [404, 'CANARY', /gave no token to the system-assigned managed identity \(HTTP 404\)/],
  [200, '{"access_token":null,"x":"CANARY"}', /answered without a usable access token$/],
  [200, '{"access_token":"CANARY\\u0000","expires_on":"4102444800"}', /without a usable access token$/],
  [200, '{CANARY', /answered without a usable access token$/],
])('explains HTTP %i with %s, and repeats none of it', async (status, body, expected) => {
  await agent.start({ answer: { status, body } });
  const message = await failureOf(scene, managed('arc'));
  expect(message).toMatch(/^TokenUnavailable: the node's Azure Arc agent \(HIMDS\) /);
  expect(message).toMatch(expected);
  expect(message).not.toMatch(`CANARY|${agent.key}`);
  expect(agent.requests).toEqual(['no key: 401', `key: ${status}`]);
});

test('is read by the driver alone: with the node agent on, such a volume mounts, does not rotate and says why', async () => {
  await agent.start();
  const nodeAgent = await startAgent(scene.kubelet, {
    aloneCanRead: true,
    environment: { AGENT_ROTATION: 'on' },
  });
  onTestFinished(() => nodeAgent.stop());
  const volume = managed('arc-rotates', { rotationinterval: '30s' });
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  scene.azure.clearRequests();
  const why =
    'its identity is Azure Arc’s, which is proved by a key file that only the driver sees; use workload identity or a service principal';
  const { output } = await installerCommand(scene.kubelet, ['status']);
  expect(output).toContain('default/arc-rotates kv (managed-identity)\n');
  expect(output).toContain(`  does not rotate: ${why}\n`);
  expect(await installerCommand(scene.kubelet, ['refresh', 'default/arc-rotates'])).toMatchObject({
    output: `default/arc-rotates kv: failed: it cannot be read again: ${why}`,
    exitCode: 1,
  });
  expect(scene.azure.requests()).toEqual([]);
  await scene.kubelet.unmount(volume);
});

test.each([
  ['vmmanagedidentityclientid', 'clientId'],
  ['vmmanagedidentityobjectid', 'objectId'],
  ['vmmanagedidentityresourceid', 'resourceId'],
] as const)('does not take another identity for the one of %s', async (option, field) => {
  await agent.start();
  const id = principalOf(scene.azure.seed, 'user-identity')[field];
  expect(await failureOf(scene, managed('arc', { [option]: id }))).toBe(
    `IdentityNotAssigned: ${option} cannot choose an identity, as the node is Azure Arc-enabled, and there only its system-assigned managed identity is used; leave ${option} out`,
  );
  expect(agent.requests).toEqual([]);
});
