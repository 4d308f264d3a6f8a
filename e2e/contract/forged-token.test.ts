// An attacker answers in NMI's place, with a token that says it is the victim's: what the agent remembers stays closed.
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { installerCommand } from '../lab/installer-command.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { principalOf, secretOf } from '../mock/seed.ts';
import { rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const { runAgent, setSecret, read } = rotatingOn(scene);

/** A second port that an admin allowed, and at which no NMI listens. */
const PORT = 2580;
const nmiPorts = [2579, PORT];

beforeEach(async () => {
  await scene.agent?.stop();
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, nmiPorts });
});

/** @param relayed so many requests get the real NMI's answer first */
async function startForgedNmi(relayed = 0): Promise<{ forged(): number }> {
  const { tenant, objectId, clientId } = principalOf(scene.azure.seed, 'pod-identity');
  const claims = JSON.stringify({ tid: tenant, oid: objectId, appid: clientId });
  const program = join(import.meta.dirname, '../security/attack/forged-nmi.ts');
  const asNobody = ['--reuid=1000', '--regid=1000', '--clear-groups', '--inh-caps=-all'];
  const args = [...asNobody, process.execPath, program, String(PORT), claims, String(relayed)];
  const attacker = execa('setpriv', args, { reject: false, buffer: false });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    attacker.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('listens')) resolve();
    });
    attacker.then(() => reject(new Error('the attacker could not listen')));
  });
  onTestFinished(async () => {
    attacker.kill('SIGKILL');
    await attacker;
  });
  return { forged: () => output.split('\n').filter((line) => line.startsWith('forged ')).length };
}

const plain = () => secretOf(scene.azure.seed, 'testkv', 'plain').value;
const byNmi = (pod: string, options: Record<string, string> = {}): PodVolume =>
  volumeOf(scene, pod, { secret: {}, options: { usepodidentity: 'true', tenantid: '', ...options } });
const forging = (pod: string, options: Record<string, string> = {}) =>
  byNmi(pod, { nmiport: String(PORT), ...options });

/** Returns the answer of a mount, or `read: ` and the content of its file. */
async function outcomeOf(volume: PodVolume): Promise<string> {
  const { status } = await scene.kubelet.mount(volume);
  if (status.status !== 'Success') return status.message ?? '';
  const content = read(volume);
  await scene.kubelet.unmount(volume);
  return `read: ${content}`;
}

describe('a forged token, while the agent remembers what the real one read,', () => {
  test.each<[string, Record<string, string>]>([
    ['opens nothing', {}],
    ['opens nothing that is kept for starts without Azure', { startstale: '1h' }],
  ])('%s', async (_, options) => {
    const agent = await startAgent(scene.kubelet, { environment: {} });
    onTestFinished(() => agent.stop());
    const attacker = await startForgedNmi();
    expect(await outcomeOf(byNmi('victim', options))).toBe(`read: ${plain()}`);
    expect(await outcomeOf(forging('attacker', options))).toMatch(/^AccessDenied: .*401/);
    // Nor when the vault cannot be asked, which is when the agent serves what is old.
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 503 } }] });
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, nmiPorts, deadlineSeconds: 6 });
    expect(await outcomeOf(forging('attacker-again', options))).toMatch(/^(VaultFault|DeadlineExceeded): /);
    expect(attacker.forged()).toBeGreaterThan(1);
  });

  test('neither keeps the victim from its objects, nor from those that it shares', async () => {
    const agent = await startAgent(scene.kubelet, { environment: {} });
    onTestFinished(() => agent.stop());
    await startForgedNmi();
    scene.azure.setFaults({ rules: [], latencyMs: 200 });
    const outcomes = await Promise.all([
      outcomeOf(forging('attacker')),
      outcomeOf(byNmi('victim-1')),
      outcomeOf(forging('attacker-2')),
      outcomeOf(byNmi('victim-2')),
    ]);
    const [first, victim, second, other] = outcomes;
    expect([victim, other]).toEqual([`read: ${plain()}`, `read: ${plain()}`]);
    for (const outcome of [first, second]) expect(outcome).toMatch(/^AccessDenied: .*401/);
  });
});

test('a forged token in a rotation gets nothing of what is read for others at the same time', {
  timeout: 120_000,
}, async () => {
  await runAgent();
  await startForgedNmi(1);
  const rotating = { rotationinterval: '7d' };
  const victim = byNmi('victim', rotating);
  const attacker = forging('attacker', rotating);
  for (const volume of [victim, attacker])
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  scene.azure.setFaults({ rules: [], latencyMs: 100 });
  for (let round = 0; round < 6; round++) {
    setSecret('plain', `new ${round}`);
    const { output } = await installerCommand(scene.kubelet, ['refresh', '--all']);
    expect(output).toMatch(/default\/victim kv: replaced/);
    expect(output).toMatch(/default\/attacker kv: failed: AccessDenied|default\/attacker kv: failed: .*401/);
    expect([read(victim), read(attacker)]).toEqual([`new ${round}`, plain()]);
  }
  for (const volume of [victim, attacker]) await scene.kubelet.unmount(volume);
});
