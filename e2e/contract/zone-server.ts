import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { useConfiguration } from './faults/name-server.ts';

/** What is asked of a name server. */
export interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'other';
  readonly transport: 'udp' | 'tcp';
}

/** Addresses of the type that was asked for; a response code (RFC 1035); TC set, so that TCP is asked; or no answer. */
export type Reply =
  | { readonly addresses: readonly string[] }
  | 'unknown'
  | 'failing'
  | 'truncated'
  | 'silent';

const CODES = { unknown: 3, failing: 2 } as const;

/**
 * A real name server on port 53 of 127.0.0.53, over UDP and TCP, and the node's resolv.conf.
 * @param resolvConf its text
 * @returns what ends both
 */
export async function openZone(
  resolvConf: string,
  reply: (question: Question) => Reply,
): Promise<() => Promise<void>> {
  const respond = (query: Buffer, transport: Question['transport']) => {
    const { name, type, end } = questionIn(query);
    return responseTo(query.subarray(0, end), type, reply({ name, type, transport }));
  };
  const udp = createSocket('udp4');
  udp.on('message', (query, { port, address }) => {
    const response = respond(query, 'udp');
    if (response !== undefined) udp.send(response, port, address);
  });
  const open = new Set<Socket>();
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    let got = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      got = Buffer.concat([got, bytes]);
      while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        const response = respond(got.subarray(2, 2 + got.readUInt16BE(0)), 'tcp');
        got = got.subarray(2 + got.readUInt16BE(0));
        if (response === undefined) continue;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(response.length);
        socket.write(Buffer.concat([length, response]));
      }
    });
  });
  await new Promise<void>((resolve) => udp.bind(53, '127.0.0.53', resolve));
  await new Promise<void>((resolve) => tcp.listen(53, '127.0.0.53', resolve));
  const restore = await useConfiguration(resolvConf);
  return async () => {
    await restore();
    for (const socket of open) socket.destroy();
    await new Promise<void>((resolve) => udp.close(() => resolve()));
    await new Promise<void>((resolve) => tcp.close(() => resolve()));
  };
}

function questionIn(query: Buffer): { name: string; type: Question['type']; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (; (query[at] ?? 0) > 0; at += 1 + (query[at] ?? 0))
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  const number = query.readUInt16BE(at + 1);
  const type = number === 1 ? 'A' : number === 28 ? 'AAAA' : 'other';
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 };
}

/** @param question header and question of the query; what a resolver adds (EDNS) is left out */
function responseTo(question: Buffer, type: Question['type'], reply: Reply): Buffer | undefined {
  if (reply === 'silent') return undefined;
  const head = Buffer.from(question);
  const code = reply === 'unknown' || reply === 'failing' ? CODES[reply] : 0;
  head.writeUInt16BE(0x8180 | code | (reply === 'truncated' ? 0x0200 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.fill(0, 6, 12);
  if (typeof reply === 'string') return head;
  const fitting = reply.addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
  if (type === 'other') return head;
  head.writeUInt16BE(fitting.length, 6);
  return Buffer.concat([head, ...fitting.map(record)]);
}

/** An address record of the name that was asked for, valid for a minute. */
function record(address: string): Buffer {
  const bytes = address.includes(':') ? ipv6(address) : Buffer.from(address.split('.').map(Number));
  const head = Buffer.from([0xc0, 12, 0, bytes.length === 4 ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, bytes.length]);
  return Buffer.concat([head, bytes]);
}

/** Of `::<last group>` alone. */
function ipv6(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(Number.parseInt(address.replace('::', ''), 16), 14);
  return bytes;
}
