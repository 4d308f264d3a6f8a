import { createPublicKey, X509Certificate } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { AUDIENCE, federatedToken, projectVolume } from '../lab/federated-token.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import { certificateOf, derOf, principalOf, secretOf } from '../mock/seed.ts';
import { expectedBytes } from './expected.ts';
import { setScene, volumeOf } from './scene.ts';

/**
 * Every kind of identity with every option that changes what a volume holds, one mount each; the table of results
 * is printed at the end. What each of them does in detail has tests of its own.
 */
const scene = setScene();

type Options = Readonly<Record<string, string>>;

interface Who {
  readonly secret: Readonly<Record<string, string>>;
  readonly options: Options;
}

function readerWith(options: Options): Who {
  const { clientId, secrets } = principalOf(scene.azure.seed, 'reader');
  return { secret: { clientid: clientId, clientsecret: secrets[0] ?? '' }, options };
}

/** How a volume says who asks: its Secret and its options. */
const identities: Readonly<Record<string, () => Who>> = {
  secret: () => readerWith({}),
  'no tenantid': () => readerWith({ tenantid: '' }),
  certificate: () => {
    const { clientId, certificates } = principalOf(scene.azure.seed, 'certificate-application');
    const clientcertificate = `${scene.azure.seed.clients.certificateKey}\n${certificates[0]}`;
    return { secret: { clientid: clientId, clientcertificate }, options: {} };
  },
  pod: () => ({ secret: {}, options: { usepodidentity: 'true' } }),
  system: () => ({ secret: {}, options: { usevmmanagedidentity: 'true' } }),
  'client id': () =>
    managed('vmmanagedidentityclientid', principalOf(scene.azure.seed, 'user-identity').clientId),
  'object id': () =>
    managed('vmmanagedidentityobjectid', principalOf(scene.azure.seed, 'user-identity').objectId),
  'resource id': () =>
    managed('vmmanagedidentityresourceid', principalOf(scene.azure.seed, 'user-identity').resourceId ?? ''),
  workload: () => {
    const { clientId } = principalOf(scene.azure.seed, 'workload');
    return { secret: {}, options: { useworkloadidentity: 'true', clientid: clientId } };
  },
};

function managed(option: string, id: string): Who {
  return { secret: {}, options: { usevmmanagedidentity: 'true', [option]: id } };
}

interface Form {
  readonly options: Options;
  /** Checks the finished volume. */
  readonly holds: (read: (file: string) => Buffer, directory: string) => void;
  readonly readOnly?: boolean;
  readonly fsGroup?: number;
}

const seed = () => scene.azure.seed;
const secret = (name: string, version?: number) =>
  Buffer.from(secretOf(seed(), 'testkv', name, version).value);
const objects = (...items: object[]): Options => ({ objects: JSON.stringify(items) });
const leaf = (name: string) => new X509Certificate(derOf(seed(), 'testkv', name)).toString();
const version = '{{version of plain}}';

const forms: Readonly<Record<string, Form>> = {
  'lists: secret, key, cert': {
    options: { keyvaultobjectnames: 'plain;ec-p256;self-signed', keyvaultobjecttypes: 'secret;key;cert' },
    holds: (read) => {
      expect(read('plain')).toEqual(secret('plain'));
      expect(read('ec-p256')).toEqual(expectedBytes(seed(), 'key', 'ec-p256'));
      expect(read('self-signed')).toEqual(derOf(seed(), 'testkv', 'self-signed'));
    },
  },
  'lists: version, alias in a directory': {
    options: {
      keyvaultobjectnames: 'plain',
      keyvaultobjecttypes: 'secret',
      keyvaultobjectversions: version,
      keyvaultobjectaliases: 'a/b',
    },
    holds: (read) => expect(read('a/b')).toEqual(secret('plain', 0)),
  },
  'secret, encoding base64': {
    options: objects({ name: 'binary-base64', encoding: 'base64' }),
    holds: (read) =>
      expect(read('binary-base64').toString('base64')).toBe(secret('binary-base64').toString()),
  },
  'secret, encoding hex': {
    options: objects({ name: 'binary-hex', encoding: 'hex' }),
    holds: (read) =>
      expect(read('binary-hex').toString('hex')).toBe(secret('binary-hex').toString().toLowerCase()),
  },
  'secret, property': {
    options: objects({ name: 'json-document', property: 'host' }),
    holds: (read) =>
      expect(read('json-document').toString()).toBe(JSON.parse(secret('json-document').toString()).host),
  },
  'key, pem and der and jwk': {
    options: objects(
      { name: 'rsa-2048', type: 'key', alias: 'pem' },
      { name: 'rsa-2048', type: 'key', alias: 'der', format: 'der' },
      { name: 'rsa-2048', type: 'key', alias: 'jwk', format: 'jwk' },
    ),
    holds: (read) => {
      const key = createPublicKey(expectedBytes(seed(), 'key', 'rsa-2048'));
      expect(createPublicKey(read('pem')).equals(key)).toBe(true);
      expect(createPublicKey({ key: read('der'), format: 'der', type: 'spki' }).equals(key)).toBe(true);
      expect(createPublicKey({ key: JSON.parse(read('jwk').toString()), format: 'jwk' }).equals(key)).toBe(
        true,
      );
    },
  },
  'cert, pem and der': {
    options: objects(
      { name: 'ec-pem', type: 'cert', alias: 'pem' },
      { name: 'ec-pem', type: 'cert', alias: 'der', format: 'der' },
    ),
    holds: (read) => {
      expect(read('pem').toString()).toBe(leaf('ec-pem'));
      expect(read('der')).toEqual(derOf(seed(), 'testkv', 'ec-pem'));
    },
  },
  ...Object.fromEntries(
    ['chain-pkcs12', 'shuffled-pkcs12', 'rc2-pkcs12', 'ec-pkcs12', 'chain-pem', 'shuffled-pem', 'ec-pem'].map(
      (name): [string, Form] => [
        `certificate secret ${name}, all parts`,
        {
          options: objects(
            ...['all', 'key', 'cert', 'chain'].map((part) => ({ name, part, alias: part })),
            { name, format: 'pfx', alias: 'pfx' },
            { name, format: 'raw', alias: 'raw' },
          ),
          holds: (read) => {
            expect(read('cert').toString()).toBe(leaf(name));
            expect(read('chain').toString().startsWith(leaf(name))).toBe(true);
            expect(read('all').toString()).toBe(`${read('key')}${read('chain')}`);
            expect(new X509Certificate(read('cert')).publicKey.equals(createPublicKey(read('key')))).toBe(
              true,
            );
            expect(read('raw').toString()).toBe(certificateOf(seed(), 'testkv', name).secret);
            expect(read('pfx')[0]).toBe(0x30);
          },
        },
      ],
    ),
  ),
  'optional, missing': {
    options: objects({ name: 'absent', optional: true }, { name: 'plain' }),
    holds: (_, directory) => expect(filesOf(directory)).toEqual(['plain']),
  },
  metadata: {
    options: objects({ name: 'tagged', metadata: true }),
    holds: (read) =>
      expect(JSON.parse(read('tagged.metadata.json').toString())).toMatchObject({
        name: 'tagged',
        vault: 'testkv',
        version: secretOf(seed(), 'testkv', 'tagged').version,
      }),
  },
  'several vaults': {
    options: objects({ name: 'plain' }, { name: 'plain', vault: 'otherkv', alias: 'other' }),
    holds: (read) => expect(read('other').toString()).toBe(secretOf(seed(), 'otherkv', 'plain').value),
  },
  'fallback vault': {
    options: {
      keyvaultname: 'nosuchkv',
      fallbackvault: 'fallbackkv',
      ...objects({ name: 'plain', metadata: true }),
    },
    holds: (read) => {
      expect(read('plain').toString()).toBe(secretOf(seed(), 'fallbackkv', 'plain').value);
      expect(JSON.parse(read('plain.metadata.json').toString())).toMatchObject({
        vault: 'fallbackkv',
        fallback: true,
      });
    },
  },
  'select by name': {
    options: objects({ select: { type: 'secret', name: 'binary-*' }, directory: 'all' }),
    holds: (_, directory) => expect(filesOf(join(directory, 'all'))).toEqual(['binary-base64', 'binary-hex']),
  },
  'select by tag': {
    options: objects({ select: { type: 'secret', tags: { team: 'payments' } } }),
    holds: (_, directory) => expect(filesOf(directory)).toContain('tagged'),
  },
  'combine dotenv': {
    options: { combine: '{file: .env, format: dotenv}', ...objects({ name: 'db-password' }) },
    holds: (read) =>
      expect(parseEnv(read('.env').toString())).toEqual({ DB_PASSWORD: secret('db-password').toString() }),
  },
  'combine json': {
    options: {
      combine: '{file: all.json, format: json}',
      ...objects({ name: 'db-password' }, { name: 'multiline' }),
    },
    holds: (read) =>
      expect(JSON.parse(read('all.json').toString())).toEqual({
        'db-password': secret('db-password').toString(),
        multiline: secret('multiline').toString(),
      }),
  },
  'combine properties': {
    options: { combine: '{file: app.properties, format: properties}', ...objects({ name: 'db-password' }) },
    holds: (read) => expect(read('app.properties').toString()).toMatch(/db-password\s*=\s*correct horse/),
  },
  'modes and owners': {
    readOnly: true,
    fsGroup: 2000,
    options: {
      filemode: '0440',
      fileuser: '1001',
      filegroup: '1002',
      ...objects({ name: 'plain' }, { name: 'one-char', mode: '0400' }),
    },
    holds: (_, directory) => {
      expect(ownerOf(join(directory, '..data', 'plain'))).toBe('100440 1001:1002');
      expect(ownerOf(join(directory, '..data', 'one-char'))).toBe('100400 1001:1002');
    },
  },
};

const results = new Map<string, Map<string, string>>();

describe.each(Object.keys(identities))('identity: %s', (identity) => {
  test.each(Object.keys(forms))('%s', async (name) => {
    const form = forms[name];
    const who = identities[identity]?.();
    if (form === undefined || who === undefined) throw new Error('no such row or column');
    const row = results.get(name) ?? new Map<string, string>();
    results.set(name, row);
    row.set(identity, '✗');

    const pod = `m-${Object.keys(identities).indexOf(identity)}-${Object.keys(forms).indexOf(name)}`;
    const { tenantid = '' } = volumeOf(scene, pod).options;
    const { readOnly, fsGroup } = form;
    const options = { keyvaultname: 'testkv', tenantid, ...form.options, ...who.options };
    const filled = JSON.parse(
      JSON.stringify(options).replace(version, secretOf(seed(), 'testkv', 'plain', 0).version),
    );
    const volume: PodVolume = {
      pod,
      secret: who.secret,
      options: filled,
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(fsGroup === undefined ? {} : { fsGroup }),
    };
    if (identity === 'workload') {
      projectVolume(
        scene,
        volume,
        'azure-identity-token',
        'token',
        await federatedToken(scene, pod, { audience: AUDIENCE }),
      );
    }
    expect((await scene.kubelet.mount(volume)).output).toBe('{"status":"Success"}\n');
    const directory = scene.kubelet.directoryOf(volume);
    form.holds((file) => readFileSync(join(directory, file)), directory);
    expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
    row.set(identity, '✓');
  });
});

afterAll(() => {
  const columns = Object.keys(identities);
  const width = Math.max(...Object.keys(forms).map((name) => name.length));
  const line = (first: string, cells: readonly string[]) =>
    `${first.padEnd(width)}  ${cells.map((cell, index) => cell.padEnd(columns[index]?.length ?? 0)).join('  ')}`;
  const rows = Object.keys(forms).map((name) =>
    line(
      name,
      columns.map((column) => results.get(name)?.get(column) ?? '–'),
    ),
  );
  process.stdout.write(`\n${[line('option × form × identity', columns), ...rows].join('\n')}\n`);
});

function filesOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('..'))
    .sort();
}

function ownerOf(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  return `${mode.toString(8)} ${uid}:${gid}`;
}
