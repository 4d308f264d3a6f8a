import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  pbkdf2,
  randomBytes,
  randomUUID,
  sign,
  timingSafeEqual,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import { outcome, outcomeOf, print, readInput } from './answers.ts';

/** Digests, derivations, ciphers, keys and certificates through node:crypto. Bytes are hexadecimal. */

export interface Input {
  readonly digests: readonly { readonly name: string; readonly key: string; readonly data: string }[];
  readonly derivations: readonly {
    readonly digest: string;
    readonly password: string;
    readonly salt: string;
    readonly iterations: number;
    readonly size: number;
  }[];
  readonly ciphers: readonly {
    readonly name: string;
    readonly key: string;
    readonly iv: string;
    readonly data: string;
  }[];
  /** PEM text, with the passphrase of an encrypted key; or PKCS#8. */
  readonly keys: readonly { readonly pem?: string; readonly passphrase?: string; readonly der?: string }[];
  /** PEM text or DER, with a key in PEM. */
  readonly certificates: readonly { readonly pem?: string; readonly der?: string; readonly key: string }[];
  /** Keys in PEM. */
  readonly signers: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
}

const bytes = (hex: string | undefined) => Buffer.from(hex ?? '', 'hex');
const derive = promisify(pbkdf2);
const input = readInput<Input>();

print({
  digests: input.digests.map(({ name, key, data }) =>
    nameOf(() => [
      createHash(name).update(bytes(data)).update('ä').digest('hex'),
      createHmac(name, bytes(key)).update(data).update(bytes(data)).digest('base64url'),
      hash(name, data),
      hash(name, bytes(data), 'buffer').toString('hex'),
    ]),
  ),
  derivations: await Promise.all(
    input.derivations.map(({ digest, password, salt, iterations, size }) =>
      outcomeOf(derive(password, bytes(salt), iterations, size, digest).then((key) => key.toString('hex'))),
    ),
  ),
  ciphers: input.ciphers.map(({ name, key, iv, data }) =>
    [createCipheriv, createDecipheriv].map((create) =>
      nameOf(() => {
        const cipher = create(name, bytes(key), bytes(iv));
        const parts = [cipher.update(bytes(data).subarray(0, 5)), cipher.update(bytes(data).subarray(5))];
        return Buffer.concat([...parts, cipher.final()]).toString('hex');
      }),
    ),
  ),
  keys: input.keys.map(({ pem, passphrase, der }) =>
    nameOf(() => {
      const key = createPrivateKey(
        pem === undefined
          ? { key: bytes(der), format: 'der', type: 'pkcs8' }
          : { key: pem, ...(passphrase === undefined ? {} : { passphrase }) },
      );
      const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
      return [key.type, key.asymmetricKeyType, spki.toString('hex')];
    }),
  ),
  certificates: input.certificates.map(({ pem, der, key }) =>
    nameOf(() => {
      const certificate = new X509Certificate(pem ?? bytes(der));
      return [
        certificate.raw.toString('hex'),
        certificate.fingerprint,
        certificate.fingerprint256,
        certificate.checkPrivateKey(createPrivateKey({ key })),
      ];
    }),
  ),
  signers: input.signers.map((pem) => {
    const key = createPrivateKey({ key: pem });
    const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
    const data = Buffer.from('data');
    return [
      sign('sha256', data, { key, padding: RSA_PKCS1_PADDING }).toString('hex'),
      sign('sha256', data, {
        key,
        padding: RSA_PKCS1_PSS_PADDING,
        saltLength: RSA_PSS_SALTLEN_DIGEST,
      }).toString('hex'),
    ];
  }),
  pairs: input.pairs.map(([one, other]) => nameOf(() => timingSafeEqual(bytes(one), bytes(other)))),
  random: [randomBytes(16).length, new Set([randomUUID(), randomUUID()]).size, randomUUID().length],
});

/** Of what is thrown only that it is: the texts are each runtime's own, and the sources read none of them. */
function nameOf(action: () => unknown): unknown {
  const found = outcome(action);
  return typeof found === 'object' && found !== null && 'message' in found ? 'fails' : found;
}
