import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeTls, type TlsMaterial } from '../mock/tls.ts';
import { failureOf } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';
import { HOST, type ScriptedVault, SECRET, startScriptedVault, VALUE, whole } from './scripted-vault.ts';
import { openZone, type Question, type Reply } from './zone-server.ts';

const scene = setScene();
const HERE = { addresses: ['127.0.0.2'] };
let tls: TlsMaterial;
let vault: ScriptedVault;
let closeZone = async () => {};

beforeAll(async () => {
  tls = await makeTls([HOST]);
});
beforeEach(async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem + tls.ca });
  await listen('127.0.0.2');
});
afterEach(async () => {
  await closeZone();
  await vault.close();
  closeZone = async () => {};
});
afterAll(() => closeZone());

async function listen(address: string): Promise<void> {
  vault = await startScriptedVault(address, tls, (socket) => socket.write(whole(SECRET)));
}

/** Runs a name server, and mounts a volume of the scripted vault. */
async function mountWith(resolvConf: string, reply: (question: Question) => Reply): Promise<Question[]> {
  const asked: Question[] = [];
  closeZone = await openZone(resolvConf, (question) => {
    asked.push(question);
    return reply(question);
  });
  const volume = volumeOf(scene, 'named', { options: { keyvaultname: 'rawkv' } });
  const { status } = await scene.kubelet.mount(volume);
  expect(status).toEqual({ status: 'Success' });
  expect(readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8')).toBe(VALUE);
  await scene.kubelet.unmount(volume);
  return asked;
}

const SERVER = 'nameserver 127.0.0.53\n';

test('one look-up is enough for a mount', async () => {
  const asked = await mountWith(SERVER, () => HERE);
  expect(asked.filter(({ type }) => type === 'A')).toEqual([{ name: HOST, type: 'A', transport: 'udp' }]);
});

test('an answer that does not fit into a datagram is fetched over TCP', async () => {
  const asked = await mountWith(SERVER, ({ transport }) => (transport === 'udp' ? 'truncated' : HERE));
  expect(asked.map(({ transport }) => transport)).toContain('tcp');
});

test('a name server that fails for a moment is asked again', async () => {
  let failures = 6;
  await mountWith(SERVER, () => (failures-- > 0 ? 'failing' : HERE));
});

test('a silent first name server holds nothing up', async () => {
  await mountWith(`nameserver 127.0.0.99\n${SERVER}options timeout:2\n`, () => HERE);
});

test('with ndots:5 the search domains come first, as in a cluster', async () => {
  const options = 'search svc.cluster.local cluster.local\noptions ndots:5 edns0 trust-ad rotate\n';
  const asked = await mountWith(SERVER + options, ({ name }) => (name === HOST ? HERE : 'unknown'));
  expect([...new Set(asked.map(({ name }) => name))]).toEqual([
    `${HOST}.svc.cluster.local`,
    `${HOST}.cluster.local`,
    HOST,
  ]);
});

test('a host of IPv6 alone is reached', async () => {
  await vault.close();
  await listen('::1');
  await mountWith(SERVER, () => ({ addresses: ['::1'] }));
});

test('where nobody listens on the first address, the others are tried', async () => {
  await mountWith(SERVER, () => ({ addresses: ['::1', '127.0.0.3', '127.0.0.2'] }));
});

test.each<[string, Reply, RegExp]>([
  ['unknown', 'unknown', /its name cannot be resolved on this node \(ENOTFOUND\)$/],
  [
    'without an address',
    { addresses: [] },
    /its name (has no address|cannot be resolved on this node) \((EAI_NODATA|ENOTFOUND)\)$/,
  ],
  [
    'that its server never answers for',
    'silent',
    /its name cannot be resolved on this node at the moment \(EAI_AGAIN\)$/,
  ],
])('a name %s is told', async (_, reply, message) => {
  closeZone = await openZone(`${SERVER}options timeout:1 attempts:1\n`, () => reply);
  const volume = volumeOf(scene, 'unnamed', { options: { keyvaultname: 'rawkv' } });
  expect(await failureOf(scene, volume)).toMatch(message);
});
