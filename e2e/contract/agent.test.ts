import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { secretOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

/** The built driver and a real agent process; the scene's tests start agents of their own. */
const scene = setScene();

const SOCKET = '/run/keyvault-flexvol/agent/agent.sock';
const GATE = '/run/keyvault-flexvol/gate';

/** Lets drivers read by themselves as well, as they may on a node. */
async function runAgent({ aloneCanRead = true } = {}) {
  await scene.agent?.stop();
  const agent = await startAgent(scene.kubelet, { aloneCanRead });
  onTestFinished(() => agent.stop());
  return agent;
}

async function mountPlain(pod: string) {
  const volume = volumeOf(scene, pod);
  const result = await scene.kubelet.mount(volume);
  expect(result.output).toBe('{"status":"Success"}\n');
  const { value } = secretOf(scene.azure.seed, 'testkv', 'plain');
  expect(readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8')).toBe(value);
  await scene.kubelet.unmount(volume);
  return result.milliseconds;
}

/** Resolves when the agent has asked the vault for something. */
const vaultIsAsked = () => expect.poll(() => scene.azure.counts().byRole['vault'] ?? 0).toBeGreaterThan(0);

/** Was the queue of those that read by themselves used since? */
function readDirectly(): boolean {
  const was = existsSync(GATE);
  rmSync(GATE, { recursive: true, force: true });
  return was;
}

test('its socket is root’s alone, and so is the directory', async () => {
  await runAgent();
  expect(statSync(join(SOCKET, '..')).mode & 0o7777).toBe(0o700);
  expect(statSync(SOCKET).mode & 0o7777).toBe(0o600);
});

test('nothing of its memory goes into a core dump', async () => {
  const { pid } = await runAgent();
  expect(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8').trim()).toBe('00000000');
});

test('a mount by the agent opens no way of its own', async () => {
  await runAgent();
  readDirectly();
  await mountPlain('by-agent');
  expect(readDirectly()).toBe(false);
});

describe('a mount succeeds by the driver alone when the agent', () => {
  test('was killed', async () => {
    const agent = await runAgent();
    agent.signal('SIGKILL');
    await delay(100);
    expect(existsSync(SOCKET)).toBe(true);
    readDirectly();
    await mountPlain('killed');
    expect(readDirectly()).toBe(true);
  });

  test('is stopped, which costs a second', async () => {
    const agent = await runAgent();
    agent.signal('SIGSTOP');
    readDirectly();
    // Before the deadline.
    expect(await mountPlain('stopped')).toBeLessThan(60_000);
    expect(readDirectly()).toBe(true);
  });

  test('is killed while it reads', async () => {
    const agent = await runAgent();
    readDirectly();
    const slow = { action: { delayMs: 10_000 }, match: { role: 'vault' as const }, times: 1 };
    scene.azure.setFaults({ rules: [slow] });
    const mounting = mountPlain('killed-midway');
    await vaultIsAsked();
    agent.signal('SIGKILL');
    await mounting;
    expect(readDirectly()).toBe(true);
  });
});

/** From before the question until after the answer: a mount by the agent takes some 20 ms here, and its reading most of it. */
const moments = Array.from({ length: 24 }, (_, step) => step * 2);
test.each(moments.filter((_, step) => inject('isLong') || step % 3 === inject('seed') % 3))(
  'killed %i ms after a mount began, the agent costs it nothing but time',
  async (milliseconds) => {
    const agent = await runAgent();
    const mounting = mountPlain('killed-at-any-time');
    await delay(milliseconds);
    agent.signal('SIGKILL');
    await mounting;
  },
);

test('an agent that takes the place of another while mounts run costs none of them', async () => {
  const old = await runAgent();
  const slow = { action: { delayMs: 700 }, match: { role: 'vault' as const } };
  scene.azure.setFaults({ rules: [slow] });
  const pods = Array.from({ length: 10 }, (_, pod) => mountPlain(`upgrade-${pod}`));
  await delay(400);
  old.signal('SIGTERM');
  const next = await startAgent(scene.kubelet, { aloneCanRead: true });
  onTestFinished(() => next.stop());
  const after = Array.from({ length: 5 }, (_, pod) => mountPlain(`upgraded-${pod}`));
  await Promise.all([...pods, ...after]);
});

test('an interrupted driver leaves the agent as it was', async () => {
  await runAgent({ aloneCanRead: false });
  scene.azure.setFaults({
    rules: [{ action: { delayMs: 30_000 }, match: { role: 'vault' as const }, times: 1 }],
  });
  const { execa } = await import('execa');
  const volume = volumeOf(scene, 'interrupted');
  mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
  const callOut = execa(scene.kubelet.driver, scene.kubelet.argumentsOf('mount', volume), { reject: false });
  await vaultIsAsked();
  callOut.kill('SIGTERM');
  expect((await callOut).stdout).toContain('"Interrupted');
  await mountPlain('after-it');
});

/** A message as both sides send it. */
function frame(text: string): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([prefix, Buffer.from(text)]);
}

/** One that is right in everything but the version of the driver. */
function question(): Record<string, unknown> {
  return {
    version: 3,
    ask: 'volume',
    driverVersion: '0.0.0-other',
    document: '{}',
    arcEnabled: false,
    deadline: { milliseconds: 60_000, message: 'too long' },
    environment: { proxy: {} },
  };
}

describe('an agent of another version answers, and the driver reads by itself:', () => {
  /** Answers each question like an agent of before. */
  async function runAgentThat(answers: readonly Buffer[]): Promise<string[]> {
    await scene.agent?.stop();
    rmSync(GATE, { recursive: true, force: true });
    mkdirSync(dirname(SOCKET), { recursive: true, mode: 0o700 });
    rmSync(SOCKET, { force: true });
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk) => {
        asked.push(chunk.toString());
        for (const answer of answers) socket.write(answer);
        socket.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(SOCKET, resolve));
    onTestFinished(() => {
      server.close();
      rmSync(SOCKET, { force: true });
    });
    return asked;
  }

  test.each<[string, readonly Buffer[]]>([
    ['it refuses', [frame('{"is":"refused","why":"version"}')]],
    ['it refuses as none of this version does', [frame('{"is":"refused","why":"unknown-cloud"}')]],
    [
      'objects, as the protocol before had them',
      [frame('{"is":"working"}'), frame('{"is":"objects","found":[[]]}')],
    ],
    ['what no version says', [frame('{"is":"volume"}')]],
  ])('%s', async (_, answers) => {
    const asked = await runAgentThat(answers);
    await mountPlain('of-another-version');
    expect(asked).toHaveLength(1);
    expect(readDirectly()).toBe(true);
  });
});

describe('a hostile client', () => {
  /** What the agent says to it until it closes. */
  function say(bytes: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = '';
      const socket = connect(SOCKET, () => socket.write(bytes));
      socket.on('data', (chunk) => {
        said += chunk.toString('latin1');
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(said));
    });
  }

  test.each<[string, Buffer, string]>([
    ['that speaks HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'malformed'],
    ['that announces four gigabytes', Buffer.alloc(4, 0xff), 'malformed'],
    ['whose question has no document', frame('{"version":3,"ask":"volume"}'), 'malformed'],
    ['whose question has a body', frame(JSON.stringify({ ...question(), body: 0 })), 'malformed'],
    ['that announces a body of four gigabytes', frame('{"version":3,"body":4294967295}'), 'malformed'],
    ['of the protocol before', frame('{"version":2,"ask":"read","request":{"pod":{}}}'), 'version'],
    ['of another version of the driver', frame(JSON.stringify(question())), 'version'],
    ['that sends no JSON', frame('{'), 'malformed'],
  ])('%s is told so and sent away', async (_, bytes, why) => {
    await runAgent({ aloneCanRead: false });
    expect(await say(bytes)).toContain(`{"is":"refused","why":"${why}"}`);
    await mountPlain('beside-it');
  });

  test('that is there three hundred times and says nothing keeps nobody from mounting', async () => {
    await runAgent();
    const clients = Array.from({ length: 300 }, () => connect(SOCKET).on('error', () => undefined));
    onTestFinished(() => {
      for (const client of clients) client.destroy();
    });
    await delay(200);
    expect(await mountPlain('crowded')).toBeLessThan(60_000);
  });
});
