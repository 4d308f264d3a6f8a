import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { type Starts, started } from './host.ts';

const directory = await mkdtemp(join(tmpdir(), 'serving-'));
afterAll(() => rm(directory, { recursive: true }));

/** Starts the script, has `talk` talk to it, and tells it to end. @returns what both sides have met */
async function served(
  start: Starts['node'],
  name: string,
  talk: (path: string, port: number) => Promise<unknown>,
): Promise<{ talked: unknown; happened: unknown }> {
  const file = (kind: string) => join(directory, `${name}.${kind}`);
  await writeFile(file('in'), JSON.stringify({ path: file('sock'), portFile: file('port') }));
  const [program, ...args] = start;
  const running = execa(program, [...args, file('in'), file('out')], { stderr: 'inherit' });
  while (!existsSync(file('port')) || (await readFile(file('port'), 'utf8')) === '') await delay(20);
  const talked = await talk(file('sock'), Number(await readFile(file('port'), 'utf8')));
  await said(file('sock'), 'q');
  await running;
  return { talked, happened: JSON.parse(await readFile(file('out'), 'utf8')) };
}

/** What comes until the other side ends it. */
async function said(path: string, first: string, then: (socket: Socket) => void = () => {}): Promise<string> {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.write(first);
  then(socket);
  const all = await text(socket).catch((error: NodeJS.ErrnoException) => error.code ?? '');
  return all.length > 100 ? `${all.slice(0, 3)}… ${all.length}` : all;
}

async function asked(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(request);
  const all = await text(socket).catch((error: NodeJS.ErrnoException) => error.code ?? '');
  const lines = all.split('\r\n').filter((line) => !/^(date|keep-alive|transfer-encoding):/i.test(line));
  return lines.map((line) => (line.length > 100 ? `${line.length} bytes` : line.toLowerCase())).join('\n');
}

/** A conversation of each kind, some of them at once. */
async function converse(path: string): Promise<unknown> {
  return [
    await Promise.all([
      said(path, 'e1', (socket) => setTimeout(() => socket.end('2'), 50)),
      said(path, 'm'),
      said(path, 't'),
    ]),
    await said(path, 'd'),
    await said(path, 'k', (socket) => {
      for (const time of [100, 200, 300, 400]) setTimeout(() => socket.write('k'), time);
    }),
    // One that stays keeps no other one from being served.
    await stalled(path),
  ];
}

/** Clients that take nothing of what they are sent, and others beside them; then more than there is room for. */
async function stalled(path: string): Promise<unknown> {
  const lazy = connect(path);
  lazy.on('error', () => {});
  lazy.pause();
  lazy.write('m');
  await delay(50);
  const beside = await said(path, 'e', (socket) => setTimeout(() => socket.end(), 50));
  const others = [1, 2, 3].map(() => connect(path));
  for (const other of others) other.on('error', () => {});
  await Promise.all(others.map((other) => once(other, 'connect')));
  await delay(50);
  // The server may have closed it before the client writes, or after.
  const refused = (await said(path, 'e')).replace(/^(EPIPE|ECONNRESET)$/, 'closed');
  for (const socket of [lazy, ...others]) socket.destroy();
  await delay(50);
  return { beside, refused };
}

test('a server on a socket serves as on Node, whatever its clients do', { timeout: 240_000 }, async () => {
  await started('serving-script.ts', async ({ node, runtime }) => {
    const [expected, found] = [
      await served(node, 'node-a', converse),
      await served(runtime, 'own-a', converse),
    ];
    expect(found).toEqual(expected);
  });
});

test('a server on a port answers requests as on Node', { timeout: 240_000 }, async () => {
  const requests = async (_: string, port: number) =>
    Promise.all(
      [
        ['GET', '/'],
        ['GET', '/late'],
        ['GET', '/late?x=%20y'],
        ['HEAD', '/'],
        ['GET', '/none'],
        ['POST', '/x'],
      ].map(async ([method = '', path]) => {
        const body = method === 'POST' ? { body: 'abc' } : {};
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...body });
        const type = answer.headers.get('content-type');
        return [answer.status, answer.statusText, type, await answer.text()];
      }),
    );
  await started('serving-script.ts', async ({ node, runtime }) => {
    const [expected, found] = [
      await served(node, 'node-b', requests),
      await served(runtime, 'own-b', requests),
    ];
    expect(found).toEqual(expected);
  });
});

test('what is no request, or too large, is refused, and a large answer comes whole', {
  timeout: 240_000,
}, async () => {
  await started('serving-script.ts', async ({ runtime }) => {
    const { talked } = await served(runtime, 'own-c', async (_, port) =>
      Promise.all(
        [
          'SSH-2.0-x\r\n\r\n',
          'GET / HTTP/1.1\r\n no header\r\n\r\n',
          `GET /${'x'.repeat(20_000)}`,
          'GET /large HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n',
        ].map((request) => asked(port, request)),
      ),
    );
    expect(talked).toEqual([
      expect.stringMatching(/^http\/1.1 400 /),
      expect.stringMatching(/^http\/1.1 400 /),
      expect.stringMatching(/^http\/1.1 431 /),
      expect.stringMatching(/^http\/1.1 200 .*\n300000 bytes$/s),
    ]);
  });
});
