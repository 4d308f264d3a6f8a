import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { TlsMaterial } from '../mock/tls.ts';

/** A host that no hosts file of the lab knows: the name server has to be asked for it. */
export const HOST = 'rawkv.vault.azure.net';
export const VALUE = 'said byte by byte';

/** The answer with a secret. */
export function secret(name: string): string {
  return JSON.stringify({
    value: VALUE,
    id: `https://${HOST}/secrets/${name}/0123456789abcdef0123456789abcdef`,
    attributes: { enabled: true, created: 1_700_000_000, updated: 1_700_000_000 },
  });
}

export const SECRET = secret('plain');

/** A vault that writes bytes as they are given, over real TLS. */
export interface ScriptedVault {
  /** How many connections were secured, and how many requests came. */
  readonly seen: { connections: number; requests: number };
  close(): Promise<void>;
}

/**
 * Listens on port 443 of an address.
 * @param answer called for each request, with its path
 */
export async function startScriptedVault(
  address: string,
  tls: Pick<TlsMaterial, 'cert' | 'key'> & { readonly maxVersion?: 'TLSv1.2' },
  answer: (socket: TLSSocket, path: string) => void,
): Promise<ScriptedVault> {
  const seen = { connections: 0, requests: 0 };
  const open = new Set<TLSSocket>();
  const server: Server = createServer(tls, (socket) => {
    seen.connections += 1;
    open.add(socket);
    socket.on('error', () => socket.destroy());
    let head = '';
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      for (let end = head.indexOf('\r\n\r\n'); end >= 0; end = head.indexOf('\r\n\r\n')) {
        const path = head.split(' ', 2)[1] ?? '';
        head = head.slice(end + 4);
        seen.requests += 1;
        answer(socket, path);
      }
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(443, address, resolve));
  return {
    seen,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An HTTP/1.1 answer whole, with its length. */
export function whole(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}
