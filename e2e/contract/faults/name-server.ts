import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';

/** What the node's name server does with a name. */
export type Verdict = 'unknown' | 'failing' | 'silent';

/** Response codes of RFC 1035 section 4.1.1. */
const codes = { unknown: 3, failing: 2 } as const;
const CONFIGURATION = '/etc/resolv.conf';

/**
 * The node's only name server: it has a bad answer for every name, of which the others are in the hosts file.
 * @returns what ends it
 */
export async function openNameServer(verdictOf: (name: string) => Verdict): Promise<() => Promise<void>> {
  const server = createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const verdict = verdictOf(nameIn(query));
    if (verdict === 'silent') return;
    // The question again, as a response (QR, RD, RA) with that code and no records.
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8180 | codes[verdict], 2);
    // One question, nothing else: what a resolver adds (EDNS) is left out.
    answer.writeUInt16BE(1, 4);
    answer.fill(0, 6, 12);
    server.send(answer.subarray(0, endOfQuestion(query)), port, address);
  });
  await new Promise<void>((resolve) => server.bind(53, '127.0.0.1', resolve));
  const restore = await useConfiguration('nameserver 127.0.0.1\noptions timeout:2 attempts:1\n');
  return async () => {
    await restore();
    await new Promise<void>((resolve) => server.close(resolve));
  };
}

/**
 * Gives the node another resolv.conf.
 * @returns what takes it back
 */
export async function useConfiguration(resolvConf: string): Promise<() => Promise<void>> {
  mkdirSync('/run/lab', { recursive: true });
  writeFileSync('/run/lab/resolv.conf', resolvConf);
  const place = await placeOfConfiguration();
  await execa('mount', ['--bind', '/run/lab/resolv.conf', place]);
  return async () => void (await execa('umount', ['-l', place]));
}

/** With systemd-resolved it is a link to below /run, which is another one in the lab. */
async function placeOfConfiguration(): Promise<string> {
  const { stdout: place } = await execa('readlink', ['-m', CONFIGURATION]);
  if (place.startsWith('/run/') && !existsSync(place)) {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, '');
  }
  return place;
}

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; (query[at] ?? 0) > 0; at += 1 + (query[at] ?? 0))
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  return labels.join('.').toLowerCase();
}

function endOfQuestion(query: Buffer): number {
  let at = 12;
  while ((query[at] ?? 0) > 0) at += 1 + (query[at] ?? 0);
  return at + 5;
}
