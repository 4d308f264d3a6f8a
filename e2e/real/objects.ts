import { certificateOf, loadSeed } from '../mock/seed.ts';

/** The vaults that docs/examples name; in a run against real ones, other names stand for them. */
export const exampleVaults = ['testkv', 'otherkv', 'fallbackkv'] as const;
export type ExampleVault = (typeof exampleVaults)[number];

type ExampleSecret = {
  readonly value: string;
  readonly contentType?: string;
  readonly tags?: Readonly<Record<string, string>>;
};
type ExampleKey = { readonly kty: 'RSA' | 'EC' };
export type ExampleCertificate = {
  readonly contentType: 'application/x-pkcs12' | 'application/x-pem-file';
  /** As the vault hands it out: PKCS#12 without password in base64, or PEM with the private key. */
  readonly secret: string;
  /** The leaf, DER in base64. */
  readonly cer: string;
};

export type ExampleObjects = {
  readonly secrets: Readonly<Record<string, ExampleSecret>>;
  readonly keys: Readonly<Record<string, ExampleKey>>;
  readonly certificates: Readonly<Record<string, ExampleCertificate>>;
};

const seed = await loadSeed();
const ofShop = { app: 'shop' };

/** All that docs/examples read, per vault. The certificates are those of the mock's seed: leaf, intermediate, root. */
export const exampleObjects: Readonly<Record<ExampleVault, ExampleObjects>> = {
  testkv: {
    secrets: {
      'shop-db-user': { value: 'shop', tags: ofShop },
      'shop-db-password': { value: 'p4ss "word" with $igns & spaces', tags: ofShop },
      'shop-settings': {
        value: JSON.stringify({ database: { host: 'db.example.test', port: 5432 } }),
        contentType: 'application/json',
      },
      'shop-license': {
        value: Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index)).toString('base64'),
        contentType: 'application/octet-stream',
      },
    },
    keys: { 'shop-signing-key': { kty: 'RSA' }, 'shop-ec-key': { kty: 'EC' } },
    certificates: { 'shop-site': certificate('chain-pkcs12'), 'shop-site-pem': certificate('chain-pem') },
  },
  otherkv: {
    secrets: { 'shared-api-key': { value: 'key of the other vault' } },
    keys: {},
    certificates: {},
  },
  fallbackkv: {
    secrets: { 'shop-db-password': { value: 'password of the fallback vault' } },
    keys: {},
    certificates: {},
  },
};

function certificate(name: string): ExampleCertificate {
  const { contentType, secret, cer } = certificateOf(seed, 'testkv', name);
  return { contentType, secret, cer };
}
