import { describe, expect, test } from 'vitest';
import { oneFault, parse, refusal, withoutLists } from './testing/valid-options.ts';

const secret = { type: 'secret', format: 'auto', part: 'all', encoding: 'utf-8', property: undefined };

describe('the form of', () => {
  test.each<[string, string, object]>([
    ['a secret', '', secret],
    ['a secret with its defaults written', 'type: secret, format: auto, part: all, encoding: utf-8', secret],
    ['a secret as it is', 'format: raw', { ...secret, format: 'raw' }],
    ['a secret as it is, defaults written', 'format: raw, part: all', { ...secret, format: 'raw' }],
    ['a secret in PEM', 'format: pem', { ...secret, format: 'pem' }],
    [
      'a secret in PEM, a part of it',
      'format: pem, part: chain',
      { ...secret, format: 'pem', part: 'chain' },
    ],
    ['a part, which is one of the PEM', 'part: key', { ...secret, format: 'pem', part: 'key' }],
    ['a secret in PKCS#12', 'format: pfx', { ...secret, format: 'pfx' }],
    ['a secret in PKCS#12, defaults written', 'format: pfx, encoding: utf-8', { ...secret, format: 'pfx' }],
    [
      'decoded text, which is as it is before',
      'encoding: base64',
      { ...secret, format: 'raw', encoding: 'base64' },
    ],
    [
      'decoded text, auto written',
      'format: auto, encoding: hex',
      { ...secret, format: 'raw', encoding: 'hex' },
    ],
    ['a property', 'property: a.b', { ...secret, format: 'raw', property: 'a.b' }],
    ['a property that is a number', 'property: 0', { ...secret, format: 'raw', property: '0' }],
    ['a property with white space', 'property: " a "', { ...secret, format: 'raw', property: ' a ' }],
    [
      'a property, decoded',
      'property: a, encoding: base64, format: raw',
      { ...secret, format: 'raw', property: 'a', encoding: 'base64' },
    ],
    [
      'a part of a property, decoded',
      'property: a, encoding: base64, part: key',
      { ...secret, format: 'pem', part: 'key', encoding: 'base64', property: 'a' },
    ],
    [
      'PEM of decoded text',
      'format: pem, encoding: base64',
      { ...secret, format: 'pem', encoding: 'base64' },
    ],
    ['PKCS#12 of decoded text', 'format: pfx, encoding: hex', { ...secret, format: 'pfx', encoding: 'hex' }],
    ['a key', 'type: key', { type: 'key', format: 'pem' }],
    ['a key, auto written', 'type: key, format: auto', { type: 'key', format: 'pem' }],
    ['a key in JWK', 'type: key, format: jwk', { type: 'key', format: 'jwk' }],
    ['a key in DER', 'type: key, format: der', { type: 'key', format: 'der' }],
    ['a certificate', 'type: cert', { type: 'cert', format: 'pem' }],
    ['a certificate in DER', 'type: cert, format: der', { type: 'cert', format: 'der' }],
  ])('%s', async (_, keys, form) => {
    const { items } = await parse({ ...withoutLists, objects: `- {name: a, ${keys}}` });
    expect(items[0]?.form).toEqual(form);
  });
});

describe('a form is refused:', () => {
  const inSecret = "private key and chain are in the secret of the certificate's name: set type: secret";
  test.each([
    [
      'an unknown format',
      'format: pkcs12',
      'format: "pkcs12" must be one of auto, raw, pem, pfx, der or jwk',
    ],
    ['an unknown part', 'part: leaf', 'part: "leaf" must be one of all, key, cert or chain'],
    ['an unknown encoding', 'encoding: base32', 'encoding: "base32" must be one of utf-8, base64 or hex'],
    [
      'a secret in JWK',
      'format: jwk',
      'format: "jwk" is a form of keys; choose raw, pem or pfx for a secret, or set its type',
    ],
    [
      'a secret in DER',
      'format: der',
      'format: "der" is a form of keys and certificates; choose raw, pem or pfx for a secret, or set its type',
    ],
    [
      'a part of what is not PEM',
      'format: raw, part: key',
      'part: "key" is a part of format pem, but the format is raw; drop one of them',
    ],
    [
      'a part of PKCS#12',
      'format: pfx, part: cert',
      'part: "cert" is a part of format pem, but the format is pfx; drop one of them',
    ],
    [
      'PKCS#12 of a property',
      'format: pfx, property: a',
      'property: does not go with format pfx, which is made of a whole secret; for PKCS#12 in base64 within JSON use encoding: base64 instead of the format',
    ],
    ['a key as it is', 'type: key, format: raw', 'format: "raw" is no form of a key; choose pem, jwk or der'],
    [
      'a key in PKCS#12',
      'type: key, format: pfx',
      `format: "pfx" is no form of a key; choose pem, jwk or der; PKCS#12 with the private key is the secret of the certificate's name: set type: secret`,
    ],
    [
      'a certificate in JWK',
      'type: cert, format: jwk',
      'format: "jwk" is no form of a certificate; choose pem or der',
    ],
    [
      'a certificate in PKCS#12',
      'type: cert, format: pfx',
      `format: "pfx" is no form of a certificate; choose pem or der; PKCS#12 with the private key is the secret of the certificate's name: set type: secret`,
    ],
    [
      'a part of a certificate',
      'type: cert, part: key',
      `part: goes with secrets, but the type is cert; ${inSecret}`,
    ],
    ['a part of a key', 'type: key, part: all', `part: goes with secrets, but the type is key; ${inSecret}`],
    [
      'an encoding of a key',
      'type: key, encoding: utf-8',
      'encoding: goes with secrets, but the type is key; drop it, or set type: secret',
    ],
    [
      'a property of a certificate',
      'type: cert, property: a',
      'property: goes with secrets, but the type is cert; drop it, or set type: secret',
    ],
  ])('%s', async (_, keys, text) => {
    const objects = `- {name: a, ${keys}}`;
    expect(await refusal({ ...withoutLists, objects })).toBe(oneFault(`objects[0].${text}`));
  });

  test('that of a selection too', async () => {
    const objects = '- {select: {type: key, name: a}, part: key}';
    expect(await refusal({ ...withoutLists, objects })).toBe(
      oneFault(`objects[0].part: goes with secrets, but the type is key; ${inSecret}`),
    );
  });
});
