import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import type { VolumeContents } from '../ports.ts';
import { type AskedFor, silentRecorder } from '../recorder.ts';
import { encodeFrame } from './frame.ts';
import { type AgentSettings, readByAgent } from './read-by-agent.ts';
import { type OddAgent, oddAgent } from './testing/odd-agent.ts';
import { volumeToWire } from './volume-on-wire.ts';

const DOCUMENT = '{"keyvaultname":"testkv"}';

const summary: VolumeContents['summary'] = {
  identity: 'managed-identity',
  rotation: { ofPredecessor: false, onlyPinned: false },
  rotates: true,
  keepsSecret: false,
  objects: [{ type: 'secret', vault: 'testkv', name: 'db', version: '0'.repeat(32) }],
  form: { readOnly: true, fileMode: 0o644, uid: 0, gid: 0, rootMode: 0o755 },
};
const file = { path: 'dir/db', mode: 0o400, bytes: Buffer.from('value') };
const contents: VolumeContents = {
  files: [file, { path: 'empty', bytes: Buffer.alloc(0) }, { path: 'é', bytes: Buffer.from([0, 255]) }],
  summary,
};
const asked: AskedFor = {
  identity: 'managed-identity',
  objects: [{ type: 'secret', name: 'db', vault: 'testkv' }],
  vaultSuffix: 'vault.azure.net',
};

function volume(of: VolumeContents = contents): Buffer {
  const { message, body } = volumeToWire(of, asked);
  return encodeFrame(message, body);
}

/** The volume of the wire with changes that no agent makes. */
function changed(change: (message: Record<string, unknown>) => object, bytes = file.bytes): Buffer {
  const { message } = volumeToWire({ files: [file], summary }, asked);
  return encodeFrame(change({ ...message }), [bytes]);
}

async function readWith(
  agent: Pick<OddAgent, 'runDirectory'>,
  signal = new AbortController().signal,
  settings: Partial<AgentSettings> = {},
) {
  const ways: string[] = [];
  const told: (AskedFor | undefined)[] = [];
  const begun = performance.now();
  const outcome = await readByAgent(
    DOCUMENT,
    {
      runDirectory: agent.runDirectory,
      environment: { proxy: {} },
      driverVersion: '1.2.3',
      deadline: () => ({ milliseconds: 60_000, message: 'too long' }),
      isArcEnabled: () => false,
      findToken: async () => undefined,
      recorder: {
        ...silentRecorder,
        asked: (what) => told.push(what),
        readByAgent: (since) =>
          ways.push(since === undefined ? 'by the agent' : `by the agent, as of ${since}`),
        agentPassedOver: (because) => ways.push(because),
      },
      ...settings,
    },
    signal,
  ).catch((error: unknown) => error);
  return { outcome, ways, told, milliseconds: performance.now() - begun };
}

/** Bytes as text, so that it is they that are compared, whoever holds them. */
function plain(outcome: unknown) {
  const { files, summary } = outcome as VolumeContents;
  return {
    summary,
    files: files.map(({ path, mode, bytes }) => [path, mode, Buffer.from(bytes).toString('hex')]),
  };
}

test('the volume that the agent answers is the answer', async () => {
  await using agent = await oddAgent((socket) => socket.end(volume()));
  const { outcome, ways, told } = await readWith(agent);
  expect(plain(outcome)).toEqual(plain(contents));
  expect({ ways, told }).toEqual({ ways: ['by the agent'], told: [asked] });
});

test('the agent is sent kubelet’s document as it came, and whose driver asks', async () => {
  await using agent = await oddAgent((socket) => socket.end(volume()));
  await readWith(agent);
  const question = JSON.parse(Buffer.concat(agent.questions).subarray(4).toString());
  expect(question).toMatchObject({
    ask: 'volume',
    driverVersion: '1.2.3',
    document: DOCUMENT,
    arcEnabled: false,
  });
});

test('a volume that was read earlier is told to be, by its oldest object', async () => {
  await using agent = await oddAgent((socket) =>
    socket.end(volume({ ...contents, summary: { ...summary, staleSince: 1000 } })),
  );
  expect((await readWith(agent)).ways).toEqual(['by the agent, as of 1000']);
});

test('a fault that the agent answers is the answer, with its code and text', async () => {
  const fault = { is: 'fault', code: 'AccessDenied', message: 'no permission', asked };
  await using agent = await oddAgent((socket) => socket.end(encodeFrame(fault)));
  const { outcome, ways, told } = await readWith(agent);
  expect(outcome).toBeInstanceOf(DriverError);
  expect(outcome).toMatchObject({ code: 'AccessDenied', message: 'no permission' });
  expect({ ways, told }).toEqual({ ways: ['by the agent'], told: [asked] });
});

describe('an agent that wants the pod’s token', () => {
  const token = { token: 'proof', issuer: 'i', subject: 's', audience: 'a' };
  const wants = encodeFrame({ is: 'wants-token', cloud: 'AzurePublicCloud', asked });
  /** Answers the first question that it gets with a wish, and others with the volume. */
  const wishing = () => {
    let questions = 0;
    return oddAgent((socket) => void socket.end(questions++ === 0 ? wants : volume()));
  };

  test('is asked again with it', async () => {
    await using agent = await wishing();
    const clouds: string[] = [];
    const findToken = async (cloud: string) => {
      clouds.push(cloud);
      return token;
    };
    const { outcome, ways } = await readWith(agent, undefined, { findToken });
    expect(plain(outcome)).toEqual(plain(contents));
    expect({ clouds, ways }).toEqual({ clouds: ['AzurePublicCloud'], ways: ['by the agent'] });
    const [first, second] = agent.questions.map((bytes) => JSON.parse(bytes.subarray(4).toString()));
    expect([first.federatedToken, second.federatedToken]).toEqual([undefined, token]);
  });

  test('is not asked again when the pod has none', async () => {
    await using agent = await wishing();
    const missing = new DriverError('FederatedTokenMissing', 'no token');
    const { outcome, told } = await readWith(agent, undefined, {
      findToken: () => Promise.reject(missing),
    });
    expect({ outcome, told }).toEqual({ outcome: missing, told: [asked] });
    expect(agent.questions).toHaveLength(1);
  });

  test('for a cloud that the node does not know gets none', async () => {
    await using agent = await wishing();
    expect(await readWith(agent)).toMatchObject({ outcome: undefined, ways: ['malformed'] });
  });

  test('and still wants it with it is no use', async () => {
    await using agent = await oddAgent((socket) => void socket.end(wants));
    const { outcome, ways } = await readWith(agent, undefined, { findToken: async () => token });
    expect({ outcome, ways }).toEqual({ outcome: undefined, ways: ['malformed'] });
  });
});

test('an identity that only the driver can prove is read for by the driver, and that is no fault of the agent', async () => {
  const refused = encodeFrame({ is: 'refused', why: 'files-of-node' });
  await using agent = await oddAgent((socket) => void socket.end(refused));
  expect(await readWith(agent)).toMatchObject({ outcome: undefined, ways: [] });
});

describe('the driver reads by itself when the agent', () => {
  const send = (message: object) => (socket: Socket) => void socket.end(encodeFrame(message));
  const answer = (bytes: Buffer) => (socket: Socket) => void socket.end(bytes);
  const withFile = (changes: object) =>
    answer(changed((message) => ({ ...message, files: [{ path: 'db', size: 5, ...changes }] })));
  const withSummary = (changes: object) =>
    answer(changed((message) => ({ ...message, summary: { ...summary, ...changes } })));
  test.each<[string, string, (socket: Socket) => void]>([
    ['closes without a word', 'cut-off', (socket) => socket.end()],
    ['says that it works, and then is gone', 'cut-off', send({ is: 'working' })],
    ['ends in the middle of its answer', 'cut-off', (socket) => socket.end(volume().subarray(0, 50))],
    ['is silent from the start', 'silent', () => undefined],
    ['is silent after it began', 'silent', (socket) => void socket.write(encodeFrame({ is: 'working' }))],
    ['answers no frame', 'malformed', (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    ['answers something unknown', 'malformed', send({ is: 'tired' })],
    ['announces a huge answer', 'malformed', (socket) => void socket.end(Buffer.alloc(4, 0xff))],
    ['refuses for its version', 'refused-version', send({ is: 'refused', why: 'version' })],
    ['refuses, being busy', 'refused-busy', send({ is: 'refused', why: 'busy' })],
    ['refuses for a reason that is unknown', 'malformed', send({ is: 'refused', why: 'weather' })],
    ['tells a fault of a code that is unknown', 'malformed', send({ is: 'fault', code: 'X', message: '' })],
    [
      'answers less than its files have',
      'malformed',
      answer(changed((message) => message, Buffer.from('val'))),
    ],
    [
      'answers more than its files have',
      'malformed',
      answer(changed((message) => message, Buffer.from('values'))),
    ],
    ['ends in the middle of a file', 'cut-off', (socket) => socket.end(volume().subarray(0, -1))],
    ['answers a file outside the volume', 'malformed', withFile({ path: '../db' })],
    ['answers a file without a name', 'malformed', withFile({ path: undefined })],
    ['answers a mode that is none', 'malformed', withFile({ mode: 0o10000 })],
    ['answers a file of less than nothing', 'malformed', withFile({ size: -5 })],
    ['answers no files', 'malformed', answer(changed(({ files: _, ...rest }) => rest))],
    ['answers no summary', 'malformed', answer(changed(({ summary: _, ...rest }) => rest))],
    ['answers no form', 'malformed', withSummary({ form: undefined })],
    ['answers an owner that is none', 'malformed', withSummary({ form: { ...summary.form, uid: -1 } })],
    ['answers an object that is none', 'malformed', withSummary({ objects: [{}] })],
  ])('%s', async (_, because, converse) => {
    await using agent = await oddAgent(converse);
    const { outcome, ways, milliseconds } = await readWith(agent);
    expect(outcome).toBeUndefined();
    expect(ways).toEqual([because]);
    expect(milliseconds).toBeLessThan(6000);
  });

  test('is not there', async () => {
    expect(await readWith({ runDirectory: '/nonexistent' })).toMatchObject({
      outcome: undefined,
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
    expect(outcome).toBeUndefined();
    expect(ways).toEqual(['no-connection']);
    expect(milliseconds).toBeLessThan(1000);
  });

  test('is in a directory that others may enter, and then nothing is sent there', async () => {
    await using agent = await oddAgent((socket) => socket.end(volume()));
    chmodSync(agent.directory, 0o711);
    expect(await readWith(agent)).toMatchObject({
      outcome: undefined,
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
