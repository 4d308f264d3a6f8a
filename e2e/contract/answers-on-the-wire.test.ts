import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Issued, issue } from '../mock/issue.ts';
import { makeTls, type TlsMaterial } from '../mock/tls.ts';
import { failureOf } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';
import {
  HOST,
  type ScriptedVault,
  SECRET,
  secret,
  startScriptedVault,
  VALUE,
  whole,
} from './scripted-vault.ts';
import { openZone } from './zone-server.ts';

const scene = setScene();
const ADDRESS = '127.0.0.2';
const MIB = 1024 * 1024;
let tls: TlsMaterial;
let vault: ScriptedVault | undefined;
let closeZone = async () => {};

beforeAll(async () => {
  tls = await makeTls([HOST]);
});
beforeEach(async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem + tls.ca });
  closeZone = await openZone('nameserver 127.0.0.53\n', () => ({ addresses: [ADDRESS] }));
});
afterEach(async () => {
  await closeZone();
  await vault?.close();
  vault = undefined;
});

const volume = (options: Record<string, string> = {}) =>
  volumeOf(scene, 'wire', { options: { keyvaultname: 'rawkv', ...options } });

async function serve(
  answer: (socket: TLSSocket, path: string) => void,
  more: Partial<Parameters<typeof startScriptedVault>[1]> = {},
): Promise<ScriptedVault> {
  vault = await startScriptedVault(ADDRESS, { ...tls, ...more }, answer);
  return vault;
}

async function expectMounted(options?: Record<string, string>): Promise<void> {
  const { status } = await scene.kubelet.mount(volume(options));
  expect(status).toEqual({ status: 'Success' });
  expect(readFileSync(join(scene.kubelet.directoryOf(volume()), 'plain'), 'utf8')).toBe(VALUE);
  await scene.kubelet.unmount(volume());
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

describe('an answer is understood', () => {
  test.each<[string, (socket: TLSSocket) => void]>([
    ['whole', (socket) => socket.write(whole(SECRET))],
    [
      'in chunks, with an extension and trailers',
      (socket) => {
        socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
        for (const character of SECRET) socket.write(`1;x=y\r\n${character}\r\n`);
        socket.write('0\r\nX-Trailer: 1\r\n\r\n');
      },
    ],
    [
      'byte by byte',
      (socket) => {
        for (const byte of whole(SECRET)) socket.write(byte);
      },
    ],
    ['with junk behind it', (socket) => socket.write(`${whole(SECRET)}junk junk junk`)],
    [
      'of HTTP/1.0, which ends with the connection',
      (socket) => socket.end(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${SECRET}`),
    ],
    [
      'packed by gzip, which nobody asked for',
      (socket) => {
        const body = gzipSync(SECRET);
        socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body);
      },
    ],
    [
      'packed by deflate, in chunks',
      (socket) => {
        const body = deflateSync(SECRET);
        socket.write(`${HEAD}Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n`);
        socket.write(`${body.length.toString(16)}\r\n`);
        socket.write(body);
        socket.write('\r\n0\r\n\r\n');
      },
    ],
  ])('%s', async (_, answer) => {
    await serve(answer);
    await expectMounted();
  });

  test('over TLS 1.2', async () => {
    await serve((socket) => socket.write(whole(SECRET)), { maxVersion: 'TLSv1.2' });
    await expectMounted();
  });
});

describe('an answer that is none', () => {
  test.each<[string, (socket: TLSSocket) => void, RegExp]>([
    [
      'no HTTP',
      (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n'),
      /could not be reached: its answer is not HTTP; .*\(ERR_HTTP_ANSWER\)/,
    ],
    [
      'a head without an end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        for (let line = 0; line < 4000; line++) socket.write(`X-${line}: ${'x'.repeat(1000)}\r\n`);
      },
      /could not be reached: /,
    ],
    [
      'longer than it may be, by its length',
      (socket) => socket.write(`${HEAD}Content-Length: ${500 * MIB}\r\n\r\n`),
      /its answer is larger than 1 MiB/,
    ],
    [
      'longer than it may be, without one',
      (socket) => {
        socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
        const more = () => {
          while (!socket.destroyed && socket.write(`10000\r\n${' '.repeat(65_536)}\r\n`));
          if (!socket.destroyed) socket.once('drain', more);
        };
        more();
      },
      /its answer is larger than 1 MiB/,
    ],
    [
      'longer than it may be, once unpacked',
      (socket) => {
        const body = gzipSync(Buffer.alloc(20 * MIB, ' '));
        socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body);
      },
      /its answer is larger than 1 MiB/,
    ],
    [
      'cut short when unpacked',
      (socket) => {
        const body = gzipSync(SECRET).subarray(0, 60);
        socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body);
      },
      /the connection was reset/,
    ],
  ])('%s', async (_, answer, message) => {
    await serve(answer);
    expect(await failureOf(scene, volume())).toMatch(message);
  });
});

/** More objects than connections, so that some are used again. */
async function mountTwenty(): Promise<void> {
  const names = Array.from({ length: 20 }, (_, index) => `s${index}`).join(';');
  const types = names.replaceAll(/[^;]+/g, 'secret');
  const { status } = await scene.kubelet.mount(
    volume({ keyvaultobjectnames: names, keyvaultobjecttypes: types }),
  );
  expect(status).toEqual({ status: 'Success' });
  await scene.kubelet.unmount(volume());
}
const nameIn = (path: string) => path.split('/')[2] ?? '';

test('few connections serve many objects', async () => {
  const { seen } = await serve((socket, path) => socket.write(whole(secret(nameIn(path)))));
  await mountTwenty();
  expect(seen.requests).toBe(20);
  expect(seen.connections).toBeLessThanOrEqual(16);
});

test.each([
  ['and says so', 'Connection: close\r\n'],
  ['without a word', ''],
])('a connection that the server closes after its answer, %s, is replaced', async (_, header) => {
  await serve((socket, path) => socket.end(whole(secret(nameIn(path)), header)));
  await mountTwenty();
});

describe('a certificate', () => {
  type Chain = (ca: Issued) => Promise<{ sent: string; key: string }>;
  const leafOf = async (issuer: Issued | undefined, more: Parameters<typeof issue>[1] = {}) =>
    issue(`CN=${HOST}`, { algorithm: 'ec', hosts: [HOST], ...(issuer && { issuer }), ...more });
  const DAY = 86_400;
  const now = Math.trunc(Date.now() / 1000);

  test.each<[string, Chain, RegExp]>([
    [
      'of an authority that is not sent',
      async (ca) => leafOf(ca).then(({ pem, keyPem }) => ({ sent: pem, key: keyPem })),
      /unknown authority; .*\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    ],
    [
      'of an authority that is sent',
      async (ca) => leafOf(ca).then(({ pem, keyPem }) => ({ sent: pem + ca.pem, key: keyPem })),
      /unknown authority; .*\(SELF_SIGNED_CERT_IN_CHAIN\)/,
    ],
    [
      'of an authority in between, whose own is not sent',
      async (ca) => {
        const between = await issue('CN=Between', { algorithm: 'ec', authority: true, issuer: ca });
        const { pem, keyPem } = await leafOf(between);
        return { sent: pem + between.pem, key: keyPem };
      },
      /unknown authority; .*\(UNABLE_TO_GET_ISSUER_CERT_LOCALLY\)/,
    ],
    [
      'that signed itself',
      async () => leafOf(undefined).then(({ pem, keyPem }) => ({ sent: pem, key: keyPem })),
      /self-signed; .*\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    ],
    [
      'that signed itself, as an authority',
      async () =>
        leafOf(undefined, { authority: true }).then(({ pem, keyPem }) => ({ sent: pem, key: keyPem })),
      /self-signed; .*\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    ],
  ])('%s is refused by name', async (_, make, message) => {
    const { sent, key } = await make(await issue('CN=Nobody', { algorithm: 'ec', authority: true }));
    await serve((socket) => socket.write(whole(SECRET)), { cert: sent, key });
    expect(await failureOf(scene, volume())).toMatch(message);
  });

  test.each([
    [
      'expired',
      { validity: [now - 9 * DAY, now - DAY] as [number, number] },
      /expired; .*\(CERT_HAS_EXPIRED\)/,
    ],
    [
      'not valid yet',
      { validity: [now + DAY, now + 9 * DAY] as [number, number] },
      /not valid yet; .*\(CERT_NOT_YET_VALID\)/,
    ],
    ['of another host', { hosts: ['other.example'] }, /for another host; .*\(ERR_TLS_CERT_ALTNAME_INVALID\)/],
  ])('of a trusted authority, but %s, is refused by name', async (_, more, message) => {
    const ca = await issue('CN=Trusted', { algorithm: 'ec', authority: true });
    const { pem, keyPem } = await leafOf(ca, more);
    await scene.kubelet.configure({ caBundle: scene.azure.caPem + ca.pem });
    await serve((socket) => socket.write(whole(SECRET)), { cert: pem, key: keyPem });
    expect(await failureOf(scene, volume())).toMatch(message);
  });

  test.each([
    ['of a host', {}],
    ['of an authority', { authority: true }],
  ])('%s that signed itself is taken where it is in the bundle', async (_, more) => {
    const { pem, keyPem } = await leafOf(undefined, more);
    await scene.kubelet.configure({ caBundle: scene.azure.caPem + pem });
    await serve((socket) => socket.write(whole(SECRET)), { cert: pem, key: keyPem });
    await expectMounted();
  });

  test('in the bundle is still refused for another host, or once it has expired', async () => {
    for (const [more, message] of [
      [{ hosts: ['other.example'] as string[] }, /ERR_TLS_CERT_ALTNAME_INVALID/],
      [{ validity: [now - 9 * DAY, now - DAY] as [number, number] }, /CERT_HAS_EXPIRED/],
    ] as const) {
      const { pem, keyPem } = await leafOf(undefined, { authority: true, ...more });
      await scene.kubelet.configure({ caBundle: scene.azure.caPem + pem });
      const server = await serve((socket) => socket.write(whole(SECRET)), { cert: pem, key: keyPem });
      expect(await failureOf(scene, volume())).toMatch(message);
      await server.close();
    }
    vault = undefined;
  });
});
