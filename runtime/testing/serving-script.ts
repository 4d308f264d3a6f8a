import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { print, readInput } from './answers.ts';

/** Serves on a socket and on a port, until a client says so (serving.test.ts). The first byte says what a client wants. */

const { path, portFile } = readInput<{ path: string; portFile: string }>();
const happened: string[] = [];
const conversations: Readonly<Record<string, (socket: Socket, said: Buffer) => void>> = {
  // Gives back what came.
  e: (socket, said) => void socket.write(said),
  // Says much, and that it is the end.
  m: (socket) => {
    socket.write(Buffer.alloc(1_000_000, 0x6d));
    socket.end('end');
  },
  // Gives a client up that says nothing more.
  t: (socket) => void socket.setTimeout(150, () => socket.destroy()),
  // Keeps a client that goes on talking.
  k: (socket, said) => {
    socket.setTimeout(300);
    socket.write(said);
  },
  // Ends a conversation in its middle.
  d: (socket) => {
    socket.write('bye');
    socket.destroy();
    socket.write('unheard');
  },
  q: (socket) => {
    socket.end('quits');
    server.close(() => happened.push('closed'));
    http.close();
  },
};

const server = createServer((socket) => {
  let wanted: string | undefined;
  const events: string[] = [];
  socket.on('data', (said: Buffer) => {
    wanted ??= said.toString('latin1', 0, 1);
    conversations[wanted]?.(socket, said);
  });
  socket.once('timeout', () => wanted === 'k' && socket.end('late'));
  for (const event of ['end', 'timeout', 'error'] as const) socket.on(event, () => void events.push(event));
  socket.once('close', () => void happened.push(`${wanted}: ${[...events, 'close'].join()}`));
});
server.maxConnections = 4;

const http = createHttpServer((request, response) => {
  const { method, url } = request;
  if (url === '/late') setTimeout(() => response.writeHead(503).end('late'), 50);
  else if (url === '/none') response.writeHead(404, { connection: 'close' }).end();
  else if (url === '/large') response.writeHead(200).end('x'.repeat(300_000));
  else
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
      .end(`${method} ${url} é\n`);
});

process.on('exit', () => print(happened.toSorted()));

server.listen(path, () => {
  http.listen(0, '127.0.0.1', () => {
    const { port } = http.address() as AddressInfo;
    const taken = createHttpServer(() => undefined);
    taken.on('error', (error: NodeJS.ErrnoException) => {
      happened.push(`${error.code}: ${error.message.replace(String(port), 'PORT')}`);
      const again = createServer(() => undefined);
      again.once('error', (fault: NodeJS.ErrnoException) => {
        happened.push(`${fault.code}: ${fault.message.replace(path, 'PATH')}`);
        writeFileSync(portFile, String(port));
      });
      again.listen(path);
    });
    taken.listen(port, '127.0.0.1');
  });
});
