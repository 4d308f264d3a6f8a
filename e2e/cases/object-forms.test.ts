import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeExample } from '../cluster/describe-example.ts';
import { publicKeyPem } from '../cluster/key-pem.ts';
import { derOf, inspectTlsFiles, openPkcs12 } from '../cluster/openssl.ts';
import { filesInPod, readInPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const pod = 'object-forms';
const { certificates } = exampleObjects.testkv;
const leaf = Buffer.from(certificates['shop-site']?.cer ?? '', 'base64');

describeExample(state, pod, (vaults) => {
  test('every object has its file', async () => {
    expect(await filesInPod(state, pod)).toEqual([
      'db-host',
      'keys/ec.pem',
      'keys/signing.der',
      'keys/signing.jwk',
      'keys/signing.pem',
      'license.bin',
      'site/all.pem',
      'site/leaf.der',
      'site/leaf.pem',
      'site/site.pfx',
    ]);
  });

  test('a value of a JSON document, and base64 decoded', async () => {
    expect(await textInPod(state, pod, 'db-host')).toBe('db.example.test');
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));
    expect(await readInPod(state, pod, 'license.bin')).toEqual(bytes);
  });

  test('a key in PEM, DER and as a JWK', async () => {
    const { keys } = await vaults.clients('testkv');
    const expected = publicKeyPem(await keys.getKey('shop-signing-key'));
    const pem = await readInPod(state, pod, 'keys/signing.pem');
    expect(pem.toString()).toBe(expected);
    expect(await readInPod(state, pod, 'keys/signing.der')).toEqual(
      await derOf(pem, 'pkey', '-pubin', '-pubout'),
    );
    const jwk = JSON.parse(await textInPod(state, pod, 'keys/signing.jwk'));
    const again = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    expect(again).toBe(expected);
    expect(await textInPod(state, pod, 'keys/ec.pem')).toBe(publicKeyPem(await keys.getKey('shop-ec-key')));
  });

  test('a certificate in PEM and DER', async () => {
    expect(new X509Certificate(await readInPod(state, pod, 'site/leaf.pem')).raw).toEqual(leaf);
    expect(await readInPod(state, pod, 'site/leaf.der')).toEqual(leaf);
  });

  test('the secret behind a certificate, in PEM and as PKCS#12, opens with OpenSSL', async () => {
    const pem = await readInPod(state, pod, 'site/all.pem');
    const found = await inspectTlsFiles(pem, pem);
    expect(found).toMatchObject({ keyFits: true, verifies: true });
    expect(found.subjects[0]).toContain('www.example.test');
    const opened = await openPkcs12(await readInPod(state, pod, 'site/site.pfx'));
    expect((await inspectTlsFiles(opened, opened)).keyFits).toBe(true);
  });
});
