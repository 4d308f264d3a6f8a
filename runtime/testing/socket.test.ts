import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeFrame } from '../../driver/agent/frame.ts';
import { onBoth } from './host.ts';

const refused = encodeFrame({ is: 'refused', why: 'busy' });

/** What the other side does, by name. */
const others: Readonly<Record<string, (socket: Socket) => void>> = {
  'gives everything back': (socket) => void socket.pipe(socket),
  'reads slowly, then answers': (socket) => {
    socket.pause();
    setTimeout(() => socket.resume(), 100);
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes >= 1_000_000) socket.end('all of it');
    });
  },
  'closes at once': (socket) => void socket.resume().end(),
  'answers, and closes': (socket) => void socket.resume().end(refused),
  'answers in pieces': (socket) => {
    const frames = Buffer.concat([
      encodeFrame({ is: 'working' }),
      encodeFrame({ is: 'volume', note: 'é'.repeat(100_000) }, [Buffer.alloc(200_000, 'é')]),
    ]);
    const next = (at: number) => {
      socket.write(frames.subarray(at, at + 33_333));
      if (at < frames.length) setTimeout(next, 1, at + 33_333);
    };
    next(0);
    socket.on('data', () => {});
  },
  'answers what is no frame': (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'is silent': () => {},
};

/** With what was sent to it unread: then it is a race which call first notices. */
const rude: Readonly<Record<string, (socket: Socket) => void>> = {
  'is gone at once': (socket) => void socket.destroy(),
  'answers, and is gone': (socket) => void socket.pause().write(refused, () => socket.destroy()),
};

const directory = await mkdtemp(join(tmpdir(), 'sockets-'));
const servers: Server[] = [];
const paths: Record<string, string> = {
  'is not there': join(directory, 'none'),
  'is a file': join(directory, 'file'),
};

beforeAll(async () => {
  await writeFile(join(directory, 'file'), '');
  await chmod(join(directory, 'file'), 0o777);
  for (const [index, [name, onConnection]] of Object.entries({ ...others, ...rude }).entries()) {
    const path = join(directory, String(index));
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    servers.push(server);
    paths[name] = path;
  }
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(directory, { recursive: true });
});

test('a conversation goes as on Node, whatever the other side does', { timeout: 240_000 }, async () => {
  const { node, runtime } = await onBoth('socket-script.ts', { paths: without(Object.keys(rude)) });
  expect(runtime).toEqual(node);
});

test('the other side may be gone with what was sent to it unread', async () => {
  const { runtime } = await onBoth('socket-script.ts', { paths: without(Object.keys(others)) });
  const gone = expect.stringMatching(/^(CLOSED|ECONNRESET|EPIPE)$/);
  expect(runtime).toMatchObject({
    'is gone at once': [
      { happened: ['asked', 'open', gone] },
      { none: expect.stringMatching(/^(cut-off|no-connection)$/) },
    ],
    // What it said before is read first.
    'answers, and is gone': [
      { happened: ['asked', 'open', gone], bytes: refused.length },
      { reply: { message: { is: 'refused', why: 'busy' } } },
    ],
  });
});

function without(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(paths).filter(([name]) => !names.includes(name)));
}
