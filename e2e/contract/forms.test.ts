import { createPublicKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { certificateOf, derOf, secretOf } from '../mock/seed.ts';
import { expectedBytes } from './expected.ts';
import { lockedContainer } from './locked-container.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

type Item = Readonly<Record<string, string | boolean>>;

/** Mounts a volume of these items and answers its directory. */
async function mountItems(items: readonly Item[], options: Readonly<Record<string, string>> = {}) {
  const volume = asked(items, options);
  expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
  const directory = scene.kubelet.directoryOf(volume);
  return { directory, read: (name: string) => readFileSync(join(directory, name)) };
}

function asked(items: readonly Item[], options: Readonly<Record<string, string>> = {}) {
  const volume = volumeOf(scene, 'forms');
  const { keyvaultname = '', tenantid = '' } = volume.options;
  return { ...volume, options: { keyvaultname, tenantid, objects: JSON.stringify(items), ...options } };
}

const openssl = async (...args: string[]) => (await execa('openssl', args)).stdout;

test.each(['rsa-2048', 'ec-p256', 'ec-p384', 'ec-p521', 'ec-p256k', 'ec-hsm'])(
  'the key %s as PEM, DER and JWK is one and the same',
  async (name) => {
    const { read } = await mountItems([
      { name, type: 'key', alias: 'pem' },
      { name, type: 'key', format: 'der', alias: 'der' },
      { name, type: 'key', format: 'jwk', alias: 'jwk' },
    ]);
    const expected = expectedBytes(scene.azure.seed, 'key', name);
    expect(read('pem')).toEqual(expected);
    const key = createPublicKey(expected);
    expect(createPublicKey({ key: read('der'), format: 'der', type: 'spki' }).equals(key)).toBe(true);
    expect(createPublicKey({ key: JSON.parse(read('jwk').toString()), format: 'jwk' }).equals(key)).toBe(
      true,
    );
  },
);

test('a certificate as PEM and DER', async () => {
  const { read } = await mountItems([
    { name: 'chain-pkcs12', type: 'cert', alias: 'pem' },
    { name: 'chain-pkcs12', type: 'cert', format: 'der', alias: 'der' },
  ]);
  const der = derOf(scene.azure.seed, 'testkv', 'chain-pkcs12');
  expect(read('der')).toEqual(der);
  expect(read('pem').toString()).toBe(new X509Certificate(der).toString());
});

describe('the secret behind a certificate gives a key, and a chain each of which signed the one before', () => {
  test.each([
    ['chain-pkcs12', 3],
    ['shuffled-pkcs12', 3],
    ['rc2-pkcs12', 2],
    ['chain-pem', 3],
    ['shuffled-pem', 3],
    ['ec-pkcs12', 2],
    ['ec-pem', 2],
    ['self-signed', 1],
  ])('%s', async (name, length) => {
    const { directory, read } = await mountItems([
      { name, type: 'secret', alias: 'all' },
      ...['key', 'cert', 'chain'].map((part) => ({ name, type: 'secret', part, alias: part })),
      { name, type: 'secret', format: 'pfx', alias: 'pfx' },
      { name, type: 'secret', format: 'raw', alias: 'raw' },
    ]);
    const path = (file: string) => join(directory, file);
    const leaf = new X509Certificate(derOf(scene.azure.seed, 'testkv', name));
    expect(read('cert').toString()).toBe(leaf.toString());
    expect(read('all').toString()).toBe(read('key').toString() + read('chain').toString());
    expect(await openssl('pkey', '-in', path('key'), '-pubout')).toBe(
      await openssl('x509', '-in', path('chain'), '-noout', '-pubkey'),
    );
    expect(read('raw').toString()).toBe(certificateOf(scene.azure.seed, 'testkv', name).secret);

    const chain = (
      read('chain')
        .toString()
        .match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
    ).map((block) => new X509Certificate(block));
    expect(chain).toHaveLength(length);
    for (const [index, certificate] of chain.entries()) {
      const issuer = chain[index + 1];
      if (issuer) expect(certificate.verify(issuer.publicKey)).toBe(true);
    }
    const options = name === 'rc2-pkcs12' ? ['-legacy'] : [];
    const container = ['pkcs12', '-in', path('pfx'), '-passin', 'pass:', '-nodes', ...options];
    expect(await openssl(...container)).toContain('BEGIN PRIVATE KEY');
  });

  test('but only certificates, where the key cannot leave the vault', async () => {
    const { read } = await mountItems([{ name: 'not-exportable', type: 'secret' }]);
    expect(read('not-exportable').toString()).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const result = await scene.kubelet.mount({
      ...asked([{ name: 'not-exportable', type: 'secret', part: 'key' }]),
      pod: 'key',
    });
    expect(result.status.message).toMatch(
      /^ObjectContentInvalid: secret "not-exportable" \(.*\) of vault testkv: it holds no private key/,
    );
  });
});

test('a container with a password opens with pfxpassword of the Secret, and not without', async () => {
  const { container, key, certificate } = await lockedContainer('sesame');
  scene.azure.directory.vault('testkv')?.addSecret('own', {
    value: container,
    contentType: 'application/x-pkcs12',
  });
  const locked = asked([{ name: 'own' }]);
  expect((await scene.kubelet.mount(locked)).status.message).toMatch(
    /^ObjectContentInvalid: .*has a password; put it under the key pfxpassword into the Secret/,
  );
  const opened = { ...locked, secret: { ...locked.secret, pfxpassword: 'sesame' } };
  expect((await scene.kubelet.mount(opened)).output).toBe('{"status":"Success"}\n');
  expect(readFileSync(join(scene.kubelet.directoryOf(opened), 'own'), 'utf8')).toBe(key + certificate);
});

test('text that stands for bytes, and a property of JSON', async () => {
  const { read } = await mountItems([
    { name: 'binary-base64', encoding: 'base64' },
    { name: 'binary-hex', encoding: 'hex' },
    { name: 'json-document', property: 'host', alias: 'host' },
    { name: 'json-document', property: 'port', alias: 'port' },
  ]);
  const value = (name: string) => secretOf(scene.azure.seed, 'testkv', name).value;
  expect(read('binary-base64')).toEqual(Buffer.from(value('binary-base64'), 'base64'));
  expect(read('binary-hex')).toEqual(Buffer.from(value('binary-hex'), 'hex'));
  expect(read('host').toString()).toBe('db.example.test');
  expect(read('port').toString()).toBe('5432');
});

test('a property of YAML', async () => {
  const value = 'db: &db\n  port: 0400\n  hosts: [a, b]\ncopy: *db\n';
  scene.azure.directory.vault('testkv')?.addSecret('yaml', { value });
  const { read } = await mountItems([
    { name: 'yaml', property: 'db.port', alias: 'port' },
    { name: 'yaml', property: 'copy.hosts', alias: 'hosts' },
  ]);
  expect(read('port').toString()).toBe('0400');
  expect(read('hosts').toString()).toBe('["a","b"]');
});

test('metadata beside the file, with its mode', async () => {
  const { directory, read } = await mountItems([{ name: 'tagged', metadata: true, mode: '0400' }]);
  const { version } = secretOf(scene.azure.seed, 'testkv', 'tagged');
  expect(JSON.parse(read('tagged.metadata.json').toString())).toMatchObject({
    type: 'secret',
    name: 'tagged',
    version,
    vault: 'testkv',
    contentType: 'text/plain',
    tags: { 'cost-center': '42', team: 'payments' },
  });
  expect(statSync(join(directory, 'tagged.metadata.json')).mode & 0o777).toBe(0o400);
});

describe('one combined file holds all objects', () => {
  const names = ['plain', 'db-password', 'multiline', 'whitespace', 'non-ascii', 'one-char'];
  const expected = () =>
    names.map((name) => [name, secretOf(scene.azure.seed, 'testkv', name).value] as const);
  const mountCombined = (combine: string) =>
    mountItems(
      names.map((name) => ({ name })),
      { combine },
    );

  test('as dotenv, which sh and Node.js read', async () => {
    const { directory, read } = await mountCombined('{file: app.env, format: dotenv}');
    expect(readdirSync(directory).filter((name) => !name.startsWith('..'))).toEqual(['app.env']);
    const variables = Object.fromEntries(
      expected().map(([name, value]) => [name.toUpperCase().replaceAll('-', '_'), value]),
    );
    expect(parseEnv(read('app.env').toString())).toEqual(variables);
    const script = `set -a; . "$0"; exec "$1" -p 'JSON.stringify(process.env)'`;
    const { stdout } = await execa('sh', ['-c', script, join(directory, 'app.env'), process.execPath]);
    expect(JSON.parse(stdout)).toMatchObject(variables);
  });

  test('as JSON', async () => {
    const { read } = await mountCombined('{file: config/app.json, format: json}');
    expect(Object.entries(JSON.parse(read('config/app.json').toString()))).toEqual(expected());
  });

  test('as properties', async () => {
    const { read } = await mountCombined('{file: app.properties, format: properties}');
    expect(read('app.properties').toString().split('\n').slice(0, 3)).toEqual([
      'plain=plain value three',
      'db-password=correct horse battery staple',
      'multiline=first line\\nsecond line\\n\\nfourth line\\n',
    ]);
  });
});

test('what does not fit its form is told of all objects at once, without what they hold', async () => {
  const result = await scene.kubelet.mount(
    asked([
      { name: 'plain', encoding: 'hex' },
      { name: 'db-password', format: 'pem' },
      { name: 'json-document', property: 'absent' },
    ]),
  );
  const { message = '' } = result.status;
  expect(message).toMatch(
    /^ObjectContentInvalid: secret "plain" .* \| secret "db-password" .* \| secret "json-document" /,
  );
  expect(message).not.toContain(secretOf(scene.azure.seed, 'testkv', 'plain').value);
});
