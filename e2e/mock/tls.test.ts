import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSeed } from './seed.ts';
import { tlsDirectory } from './tls.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mock-tls-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a directory is made once and read afterwards', async () => {
  const seed = await loadSeed();
  const made = await tlsDirectory(join(directory, 'new'), seed);
  expect((await readdir(join(directory, 'new'))).sort()).toEqual(['ca.pem', 'server-key.pem', 'server.pem']);
  expect((await stat(join(directory, 'new', 'server-key.pem'))).mode & 0o777).toBe(0o600);
  expect(await tlsDirectory(join(directory, 'new'), seed)).toEqual(made);
});

test.each([
  ...[
    'login.microsoftonline.com',
    'westeurope.login.microsoft.com',
    'login.microsoftonline.us',
    'login.chinacloudapi.cn',
  ],
  ...['testkv.vault.azure.net', 'testkv.vault.usgovcloudapi.net', 'testkv.vault.azure.cn', 'localhost'],
  ...['login.local.azurestack.external', 'testkv.vault.local.azurestack.external'],
])('the server certificate is good for %s', async (host) => {
  const { ca, cert } = await tlsDirectory(directory, await loadSeed());
  const server = new X509Certificate(cert);
  expect(server.checkHost(host)).toBeDefined();
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.verify(new X509Certificate(ca).publicKey)).toBe(true);
});

test('a directory that holds only some of the files is refused, and left as it was', async () => {
  const seed = await loadSeed();
  const { ca } = await tlsDirectory(directory, seed);
  await rm(join(directory, 'server-key.pem'));
  await expect(tlsDirectory(directory, seed)).rejects.toThrow('only some of');
  expect(await readFile(join(directory, 'ca.pem'), 'utf8')).toBe(ca);
});
