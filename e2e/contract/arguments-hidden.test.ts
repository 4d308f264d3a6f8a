import { once } from 'node:events';
import { mkdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { setScene, volumeOf } from './scene.ts';

/** Every user of the node's PID namespace can read /proc/<pid>/cmdline, and kubelet passes the Secret in an argument. */

const scene = setScene();
const AGENT_DIRECTORY = '/run/keyvault-flexvol/agent';
const CANARY = 'canary-of-the-arguments-5e7a';
const ENCODED = Buffer.from(CANARY).toString('base64').replace(/=+$/, '');

/** The attacker: a user without any right of root's. */
const ATTACKER = [
  '--reuid',
  '1000',
  '--regid',
  '1000',
  '--clear-groups',
  '--inh-caps',
  '-all',
  '--no-new-privs',
];

/** Command lines with a text in them, of all processes, as the attacker reads them. The text is in none of its own. */
async function foundByAttacker(text: string): Promise<string[]> {
  const search = 'grep -laF -f - /proc/[0-9]*/cmdline 2>/dev/null';
  const { stdout } = await execa('setpriv', [...ATTACKER, 'sh', '-c', search], {
    input: text,
    reject: false,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The silent agent is asked in vain, and the call-out goes on by itself. */
const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['without an agent', async () => rmSync(AGENT_DIRECTORY, { recursive: true, force: true })],
  [
    'by the agent',
    async () => {
      const agent = await startAgent(scene.kubelet, { aloneCanRead: true });
      onTestFinished(() => agent.stop());
    },
  ],
  [
    'that goes on after a silent agent',
    async () => {
      rmSync(AGENT_DIRECTORY, { recursive: true, force: true });
      mkdirSync(AGENT_DIRECTORY, { recursive: true, mode: 0o700 });
      const silent = createServer(() => undefined).listen(`${AGENT_DIRECTORY}/agent.sock`);
      await once(silent, 'listening');
      onTestFinished(() => void silent.close());
    },
  ],
];

test('the attacker can read arguments as such', async () => {
  const shown = execa('sleep', ['60'], { argv0: CANARY, reject: false });
  onTestFinished(() => void shown.kill());
  await expect
    .poll(() => foundByAttacker(CANARY), { timeout: 30_000 })
    .toEqual([`/proc/${shown.pid}/cmdline`]);
});

test.each(ways)('a mount %s shows its Secret to nobody while it waits for the vault', async (_, prepare) => {
  await prepare();
  scene.azure.setFaults({ rules: [{ match: { role: 'entra' }, action: { hang: true } }] });
  const volume = volumeOf(scene, 'hidden', { secret: { clientid: 'someone', clientsecret: CANARY } });
  const directory = scene.kubelet.directoryOf(volume);
  mkdirSync(directory, { recursive: true });
  const callOut = execa(scene.kubelet.driver, scene.kubelet.argumentsOf('mount', volume), { reject: false });
  while (!scene.azure.requests().some(({ role }) => role === 'entra')) await delay(5);
  const cmdline = readFileSync(`/proc/${callOut.pid}/cmdline`, 'utf8');
  const found = await foundByAttacker(ENCODED);
  callOut.kill('SIGTERM');
  const { stdout, exitCode } = await callOut;
  expect(found).toEqual([]);
  // kubelet's directory stays: by it another call-out finds what a killed one left running.
  expect(cmdline.replace(/\0+$/, '').split('\0')).toEqual([scene.kubelet.driver, 'mount', directory]);
  expect({ exitCode, status: JSON.parse(stdout).status }).toEqual({ exitCode: 0, status: 'Failure' });
});

test.each([
  ['alone', ['getvolumename', '<options>']],
  ['before a directory', ['attach', '<options>', '/nowhere']],
  ['behind a device', ['mount', '/nowhere', '/dev/none', '<options>']],
])('options %s are hidden too', async (_, args) => {
  const written = args.map((arg) => (arg === '<options>' ? JSON.stringify({ secret: ENCODED }) : arg));
  const pipe = `/run/lab/full-${args[0]}`;
  // The answer has no room in the pipe, so the call-out stays.
  const script = 'mkfifo "$0" && exec 3<>"$0" && head -c 65536 /dev/zero >&3 && exec "$@" >&3';
  const callOut = execa('sh', ['-c', script, pipe, scene.kubelet.driver, ...written], { reject: false });
  onTestFinished(() => void callOut.kill('SIGKILL'));
  const isWaiting = () => readFileSync(`/proc/${callOut.pid}/wchan`, 'utf8').includes('pipe');
  const isDriver = () => readlinkSync(`/proc/${callOut.pid}/exe`) === scene.kubelet.driver;
  await expect.poll(() => isDriver() && isWaiting(), { timeout: 30_000 }).toBe(true);
  expect(await foundByAttacker(ENCODED)).toEqual([]);
});
