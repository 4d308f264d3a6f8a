import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';

/** A small real proxy: CONNECT to any host, which the lab has on its loopback. */
export interface ConnectProxy {
  readonly port: number;
  /** What was asked: host and port, and the credentials. */
  readonly asked: { authority: string; credentials: string | undefined }[];
  /** Connects to this host instead of the one asked for, as a proxy that means ill. */
  divertTo: string | undefined;
  /** Refuses with this status line. */
  refusal: string | undefined;
  close(): Promise<void>;
}

/** @param tls key and certificate, for a proxy that itself speaks TLS */
export async function startConnectProxy(tls?: { key: string; cert: string }): Promise<ConnectProxy> {
  const open = new Set<Duplex>();
  const proxy: ConnectProxy = {
    port: 0,
    asked: [],
    divertTo: undefined,
    refusal: undefined,
    close: async () => {},
  };
  const http: Server = createServer((_, response) => response.writeHead(400).end());
  http.on('connect', (request, client: Duplex) => {
    open.add(client);
    client.on('error', () => client.destroy());
    proxy.asked.push({
      authority: request.url ?? '',
      credentials: request.headers['proxy-authorization'],
    });
    if (proxy.refusal !== undefined) {
      client.end(`HTTP/1.1 ${proxy.refusal}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host = '', port] = (proxy.divertTo ?? request.url ?? '').split(':');
    const upstream = connect({ host, port: Number(port) }, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    open.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  const server = tls === undefined ? http : createTlsServer(tls, (socket) => http.emit('connection', socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of open) socket.destroy();
      server.close(() => resolve());
    });
  return Object.assign(proxy, { port, close });
}
