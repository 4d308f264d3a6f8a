import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Issued, issue } from '../issue.ts';
import { attributesOf, day, versionId } from './identifiers.ts';
import type { CertificateVersion } from './schema.ts';

// The service exports with 3DES and SHA-1; imported PKCS#12 files keep coming in the other two forms.
const ENCRYPTIONS = {
  '3des': ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-iter', '2000'],
  rc2: [
    '-legacy',
    '-keypbe',
    'PBE-SHA1-3DES',
    '-certpbe',
    'PBE-SHA1-RC2-40',
    '-macalg',
    'sha1',
    '-iter',
    '2000',
  ],
  aes: ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-macalg', 'sha256', '-iter', '2000'],
};

/** Base64 of a PKCS#12 without password. `keyless` leaves the private key out, as for a key that is not exportable. */
async function pkcs12(
  leaf: Issued,
  chain: Issued[],
  encryption: keyof typeof ENCRYPTIONS,
  keyless = false,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'seed-'));
  try {
    const path = (name: string): string => join(directory, name);
    await writeFile(path('key.pem'), leaf.keyPem, { mode: 0o600 });
    await writeFile(path('certificates.pem'), [leaf, ...chain].map((one) => one.pem).join(''));
    const key = keyless ? ['-nokeys'] : ['-inkey', path('key.pem')];
    await execa('openssl', [
      ...['pkcs12', '-export', '-in', path('certificates.pem'), '-out', path('out.p12')],
      ...[...key, '-passout', 'pass:', ...ENCRYPTIONS[encryption]],
    ]);
    return (await readFile(path('out.p12'))).toString('base64');
  } finally {
    await rm(directory, { recursive: true });
  }
}

function certificate(
  name: string,
  index: number,
  leaf: Issued,
  secret: string,
  more: {
    contentType?: CertificateVersion['contentType'];
    enabled?: boolean;
    exportable?: boolean;
    tags?: Record<string, string>;
  } = {},
): CertificateVersion {
  const { contentType = 'application/x-pkcs12', enabled = true, exportable = true, tags } = more;
  return {
    version: versionId('testkv', 'certificates', name, index),
    attributes: attributesOf(index, { enabled, nbf: day(0), exp: day(20 * 365) }),
    ...(tags === undefined ? {} : { tags }),
    cer: leaf.der.toString('base64'),
    contentType,
    secret,
    exportable,
  };
}

const PEM = { contentType: 'application/x-pem-file' } as const;

/** Every certificate of `testkv`, by name. */
export async function testCertificates(): Promise<Record<string, CertificateVersion[]>> {
  const root = await issue('CN=Mock Root CA, O=Keyvault Flexvol', { authority: true });
  const intermediate = await issue('CN=Mock Intermediate CA, O=Keyvault Flexvol', {
    authority: true,
    issuer: root,
  });
  const leafOf = (host: string, issuer?: Issued): Promise<Issued> =>
    issue(`CN=${host}`, { hosts: [host], ...(issuer === undefined ? {} : { issuer }) });

  const chained = await leafOf('www.example.test', intermediate);
  const renewed = await leafOf('www.example.test', intermediate);
  const inPem = await leafOf('pem.example.test', intermediate);
  const selfSigned = [
    await leafOf('self.example.test'),
    await leafOf('self.example.test'),
    await leafOf('self.example.test'),
  ];
  const ecRoot = await issue('CN=Mock EC Root CA', { algorithm: 'ec', authority: true });
  const ecLeaf = await issue('CN=ec.example.test', {
    algorithm: 'ec',
    issuer: ecRoot,
    hosts: ['ec.example.test'],
  });

  return {
    'chain-pkcs12': [
      certificate('chain-pkcs12', 0, chained, await pkcs12(chained, [intermediate, root], '3des')),
      certificate('chain-pkcs12', 1, renewed, await pkcs12(renewed, [intermediate, root], '3des'), {
        tags: { owner: 'web' },
      }),
    ],
    'shuffled-pkcs12': [
      certificate('shuffled-pkcs12', 0, chained, await pkcs12(chained, [root, intermediate], 'aes')),
    ],
    'rc2-pkcs12': [certificate('rc2-pkcs12', 0, chained, await pkcs12(chained, [intermediate], 'rc2'))],
    'chain-pem': [
      certificate('chain-pem', 0, inPem, inPem.keyPem + inPem.pem + intermediate.pem + root.pem, PEM),
    ],
    'shuffled-pem': [
      certificate('shuffled-pem', 0, inPem, root.pem + inPem.pem + inPem.keyPem + intermediate.pem, PEM),
    ],
    'ec-pkcs12': [certificate('ec-pkcs12', 0, ecLeaf, await pkcs12(ecLeaf, [ecRoot], '3des'))],
    'ec-pem': [certificate('ec-pem', 0, ecLeaf, ecLeaf.keyPem + ecLeaf.pem + ecRoot.pem, PEM)],
    'self-signed': await Promise.all(
      selfSigned.map(async (leaf, index) =>
        certificate('self-signed', index, leaf, await pkcs12(leaf, [], '3des')),
      ),
    ),
    'not-exportable': [
      certificate('not-exportable', 0, chained, await pkcs12(chained, [], '3des', true), {
        exportable: false,
      }),
    ],
    'disabled-certificate': [
      certificate('disabled-certificate', 0, ecLeaf, ecLeaf.keyPem + ecLeaf.pem, { ...PEM, enabled: false }),
    ],
  };
}
