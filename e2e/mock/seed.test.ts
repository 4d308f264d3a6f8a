import { createPrivateKey, X509Certificate } from 'node:crypto';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Seed } from './seed/schema.ts';
import { certificateOf, derOf, keyOf, loadSeed, secretOf } from './seed.ts';

let seed: Seed;

beforeAll(async () => {
  seed = await loadSeed();
});

test.each(['chain-pkcs12', 'shuffled-pkcs12', 'rc2-pkcs12', 'ec-pkcs12', 'self-signed', 'not-exportable'])(
  '%s opens without a password',
  async (name) => {
    const { secret, exportable } = certificateOf(seed, 'testkv', name);
    const { stdout } = await execa('openssl', ['pkcs12', '-legacy', '-nodes', '-passin', 'pass:'], {
      input: Buffer.from(secret, 'base64'),
    });
    const certificates = stdout.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const ders = certificates.map((pem) => new X509Certificate(pem).raw.toString('base64'));
    expect(ders).toContain(derOf(seed, 'testkv', name).toString('base64'));
    const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(stdout)?.[0];
    if (exportable)
      expect(
        new X509Certificate(derOf(seed, 'testkv', name)).checkPrivateKey(createPrivateKey(key ?? '')),
      ).toBe(true);
    else expect(key).toBeUndefined();
  },
);

describe('PEM secrets', () => {
  const subjects = (name: string): string[] =>
    (
      certificateOf(seed, 'testkv', name).secret.match(
        /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
      ) ?? []
    ).map((pem) => /CN=([^\n]+)/.exec(new X509Certificate(pem).subject)?.[1] ?? '');

  test('a chain, leaf first', () => {
    expect(subjects('chain-pem')).toEqual(['pem.example.test', 'Mock Intermediate CA', 'Mock Root CA']);
    expect(certificateOf(seed, 'testkv', 'chain-pem').secret).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test('the same chain, shuffled', () => {
    expect(subjects('shuffled-pem')).toEqual(['Mock Root CA', 'pem.example.test', 'Mock Intermediate CA']);
  });
});

test('secrets that are hard to project', () => {
  expect(secretOf(seed, 'testkv', 'multiline').value.endsWith('\n')).toBe(true);
  expect(secretOf(seed, 'testkv', 'one-char').value).toHaveLength(1);
  expect(Buffer.from(secretOf(seed, 'testkv', 'binary-base64', 0).value, 'base64')).toHaveLength(256);
  expect(Buffer.from(secretOf(seed, 'testkv', 'binary-hex').value, 'hex')).toHaveLength(256);
  expect(secretOf(seed, 'testkv', 'large').value).toHaveLength(25_600);
  expect(keyOf(seed, 'testkv', 'rsa-4096').key['n']).toHaveLength(683);
});

test('a name that the seed lacks is told', () => {
  expect(() => secretOf(seed, 'testkv', 'absent')).toThrow('the seed has no secret testkv/absent');
});
