import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import { findCloud } from '../options/clouds.ts';
import { Faults } from '../options/faults.ts';
import type { FoundObject, ReadRequest } from '../ports.ts';
import { silentRecorder } from '../recorder.ts';
import { encodeFrame } from './frame.ts';
import { objectToWire } from './on-wire.ts';
import { createAgentReader } from './reader.ts';
import { type OddAgent, oddAgent } from './testing/odd-agent.ts';

const cloud = findCloud('AzurePublicCloud', {}, new Faults());
if (cloud === undefined) throw new Error('the public cloud is known');

const request: ReadRequest = {
  pod: { name: 'web', namespace: 'shop', uid: 'u', serviceAccountName: 'default' },
  identity: { kind: 'managed-identity', assignment: { kind: 'system' } },
  cloud,
  items: [
    {
      origin: 'keyvaultobjectnames item 1',
      type: 'secret',
      vault: 'testkv',
      fallbackVault: undefined,
      source: { kind: 'named', name: 'db', version: undefined, file: 'db' },
      optional: false,
    },
  ],
};

function secret(value: string, changes: Partial<FoundObject> = {}): FoundObject {
  const attributes = {
    contentType: undefined,
    tags: {},
    notBefore: undefined,
    expires: undefined,
    created: 1,
    updated: 2,
  };
  return {
    vault: 'testkv',
    name: 'db',
    version: '0'.repeat(32),
    content: { type: 'secret', value, contentType: undefined },
    attributes,
    ...changes,
  };
}

const directly = [[secret('read directly')]];
const byAgent = [[secret('read by the agent')]];
const objects = (found: FoundObject[][]) =>
  encodeFrame({ is: 'objects', found: found.map((list) => list.map(objectToWire)) });

async function readWith(agent: Pick<OddAgent, 'runDirectory'>, signal = new AbortController().signal) {
  const ways: string[] = [];
  const begun = performance.now();
  const reader = createAgentReader({
    runDirectory: agent.runDirectory,
    environment: { proxy: {} },
    deadline: () => ({ milliseconds: 60_000, message: 'too long' }),
    federatedToken: async () => undefined,
    recorder: {
      ...silentRecorder,
      readByAgent: (since) =>
        ways.push(since === undefined ? 'by the agent' : `by the agent, as of ${since}`),
      agentPassedOver: (because) => ways.push(because),
    },
    direct: { read: async () => directly },
  });
  const outcome = await reader.read(request, signal).catch((error: unknown) => error);
  return { outcome, ways, milliseconds: performance.now() - begun };
}

test('objects that the agent answers are the answer', async () => {
  await using agent = await oddAgent((socket) => socket.end(objects(byAgent)));
  expect(await readWith(agent)).toMatchObject({ outcome: byAgent, ways: ['by the agent'] });
});

test('objects that were read earlier are told to be, by the oldest', async () => {
  const stale = [[secret('old', { readAt: 2000 }), secret('older', { readAt: 1000 })]];
  await using agent = await oddAgent((socket) => socket.end(objects(stale)));
  expect(await readWith(agent)).toMatchObject({ outcome: stale, ways: ['by the agent, as of 1000'] });
});

test('a fault that the agent answers is the answer, with its code and text', async () => {
  const fault = { is: 'fault', code: 'AccessDenied', message: 'no permission' };
  await using agent = await oddAgent((socket) => socket.end(encodeFrame(fault)));
  const { outcome, ways } = await readWith(agent);
  expect(outcome).toBeInstanceOf(DriverError);
  expect(outcome).toMatchObject({ code: 'AccessDenied', message: 'no permission' });
  expect(ways).toEqual(['by the agent']);
});

describe('the driver reads by itself when the agent', () => {
  const send = (message: object) => (socket: Socket) => void socket.end(encodeFrame(message));
  const found = (...list: FoundObject[]) => send(JSON.parse(objects([list]).subarray(4).toString()));
  test.each<[string, string, (socket: Socket) => void]>([
    ['closes without a word', 'cut-off', (socket) => socket.end()],
    ['says that it works, and then is gone', 'cut-off', send({ is: 'working' })],
    ['ends in the middle of its answer', 'cut-off', (socket) => socket.end(objects(byAgent).subarray(0, 50))],
    ['is silent from the start', 'silent', () => undefined],
    ['is silent after it began', 'silent', (socket) => void socket.write(encodeFrame({ is: 'working' }))],
    ['answers no frame', 'malformed', (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    ['answers something unknown', 'malformed', send({ is: 'tired' })],
    ['announces a huge answer', 'malformed', (socket) => void socket.end(Buffer.alloc(4, 0xff))],
    ['refuses for its version', 'refused-version', send({ is: 'refused', why: 'version' })],
    ['refuses, being busy', 'refused-busy', send({ is: 'refused', why: 'busy' })],
    ['refuses for a reason that is unknown', 'malformed', send({ is: 'refused', why: 'weather' })],
    ['tells a fault of a code that is unknown', 'malformed', send({ is: 'fault', code: 'X', message: '' })],
    ['answers too few lists', 'malformed', send({ is: 'objects', found: [] })],
    ['answers another object', 'malformed', found(secret('x', { name: 'other' }))],
    ['answers of another vault', 'malformed', found(secret('x', { vault: 'otherkv' }))],
    [
      'answers an object of another type',
      'malformed',
      found(secret('x', { content: { type: 'cert', der: Buffer.from('x') } })),
    ],
    ['answers an object without a version', 'malformed', found(secret('x', { version: undefined as never }))],
    [
      'answers a value that is no text',
      'malformed',
      found(secret('x', { content: { type: 'secret', value: 1 as never, contentType: undefined } })),
    ],
  ])('%s', async (_, because, converse) => {
    await using agent = await oddAgent(converse);
    const { outcome, ways, milliseconds } = await readWith(agent);
    expect(outcome).toEqual(directly);
    expect(ways).toEqual([because]);
    expect(milliseconds).toBeLessThan(6000);
  });

  test('is not there', async () => {
    expect(await readWith({ runDirectory: '/nonexistent' })).toMatchObject({
      outcome: directly,
      ways: [],
    });
  });

  test('was killed and left its socket', async () => {
    await using agent = await oddAgent();
    const left = createServer().listen(join(agent.directory, 'left.sock'));
    await new Promise((resolve) => left.once('listening', resolve));
    // A hard link outlives the unlink of close().
    const { linkSync } = await import('node:fs');
    linkSync(join(agent.directory, 'left.sock'), join(agent.directory, 'agent.sock'));
    await new Promise((resolve) => left.close(resolve));
    const { outcome, ways, milliseconds } = await readWith(agent);
    expect(outcome).toEqual(directly);
    expect(ways).toEqual(['no-connection']);
    expect(milliseconds).toBeLessThan(1000);
  });

  test('is in a directory that others may enter, and then nothing is sent there', async () => {
    await using agent = await oddAgent((socket) => socket.end(objects(byAgent)));
    chmodSync(agent.directory, 0o711);
    expect(await readWith(agent)).toMatchObject({
      outcome: directly,
      ways: ['untrusted'],
    });
    expect(agent.questions).toEqual([]);
  });
});

describe('while the agent works', () => {
  const working = (socket: Socket) => void socket.write(encodeFrame({ is: 'working' }));

  test('an interrupt ends the read at once', async () => {
    await using agent = await oddAgent(working);
    const interrupt = new DriverError('Interrupted', 'SIGTERM');
    const signal = AbortSignal.any([AbortSignal.timeout(1)]);
    const abort = new AbortController();
    signal.addEventListener('abort', () => abort.abort(interrupt));
    const { outcome, milliseconds } = await readWith(agent, abort.signal);
    expect(outcome).toBe(interrupt);
    expect(milliseconds).toBeLessThan(500);
  });

  test('at the deadline its last word counts, as it has seen more', async () => {
    await using agent = await oddAgent((socket) => {
      working(socket);
      setTimeout(() => {
        const message = 'too long; last seen of the vault: nothing';
        socket.end(encodeFrame({ is: 'fault', code: 'DeadlineExceeded', message }));
      }, 150);
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new DriverError('DeadlineExceeded', 'too long')), 50);
    const { outcome } = await readWith(agent, abort.signal);
    expect(outcome).toMatchObject({ message: 'too long; last seen of the vault: nothing' });
  });

  test('at the deadline it is not waited for long', async () => {
    await using agent = await oddAgent(working);
    const deadline = new DriverError('DeadlineExceeded', 'too long');
    const abort = new AbortController();
    setTimeout(() => abort.abort(deadline), 50);
    const { outcome, milliseconds } = await readWith(agent, abort.signal);
    expect(outcome).toBe(deadline);
    expect(milliseconds).toBeLessThan(2000);
  });
});
