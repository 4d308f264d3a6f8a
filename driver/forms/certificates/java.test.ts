// Java opens the containers that the driver writes. These tests are left out where there is no JDK.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { certificateFile } from './certificate-file.ts';
import { Workshop } from './testing/openssl.ts';

const PASSWORD = 'changeit';
const hasJava = (await execa('javac', ['-version'], { reject: false })).exitCode === 0;
const openssl = await Workshop.open();
afterAll(() => openssl.close());

/** A file with the container that is made of PEM text. */
async function storeOf(pem: string | Uint8Array): Promise<string> {
  return openssl.file(await certificateFile(Buffer.from(pem), 'pfx', 'all', PASSWORD));
}

describe.skipIf(!hasJava)('Java reads', { timeout: 120_000 }, () => {
  test('a bundle of authorities as trusted certificates', async () => {
    const bundle = await readFile(join(import.meta.dirname, 'testing/cases/07-ca-bundle-as-pfx.pem'));
    const list = ['-list', '-storetype', 'PKCS12', '-storepass', PASSWORD];
    const { stdout } = await execa('keytool', [...list, '-keystore', await storeOf(bundle)]);
    expect(stdout.match(/trustedCertEntry/g)).toHaveLength(2);
  });

  test('a key store and a trust store, with which server and client talk', async () => {
    const root = await openssl.certify('/CN=Root', await openssl.key('P-256'), undefined, {
      authority: true,
    });
    const lower = await openssl.certify('/CN=Lower', await openssl.key('rsa'), root, { authority: true });
    const own = await openssl.certify('/CN=own', await openssl.key('rsa'), lower);
    const keyStore = await storeOf(own.key + lower.certificate + own.certificate);
    const trustStore = await storeOf(root.certificate);
    const program = join(import.meta.dirname, 'testing/java/Handshake.java');
    const { stdout } = await execa('java', [program, keyStore, trustStore, PASSWORD]);
    expect(stdout.split('\n')).toEqual(['1', 'CN=own']);
  });
});
