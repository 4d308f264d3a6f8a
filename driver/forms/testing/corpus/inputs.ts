import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Workshop } from '../../certificates/testing/openssl.ts';

/** A PKCS#12 container with passwords of which one may open it; null is none. */
export interface ContainerInput {
  readonly path: string;
  readonly passwords: readonly (string | null)[];
}

/** Files of `cryptography_vectors` whose names end so. */
export function vectorsOf(directory: string, ...endings: readonly string[]): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => join(directory, name))
    .sort();
}

/** PEM text as it is, DER as a block with this label. */
export function asPem(path: string, label: string): string {
  const bytes = readFileSync(path);
  if (bytes[0] !== 0x30) return bytes.toString('latin1');
  return `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
}

/** Containers that are made at the first run, and kept with their list. */
export async function keptContainers(directory: string): Promise<ContainerInput[]> {
  const list = join(directory, 'containers.json');
  if (existsSync(list)) return JSON.parse(await readFile(list, 'utf8'));
  const made = await madeContainers(directory);
  await writeFile(list, JSON.stringify(made));
  return made;
}

/** By openssl, in every combination of what it can encrypt and protect with; and by certtool, if it is there. */
async function madeContainers(directory: string): Promise<ContainerInput[]> {
  await mkdir(directory, { recursive: true });
  const openssl = await Workshop.open();
  const made: ContainerInput[] = [];
  const keep = async (bytes: Uint8Array, password: string) => {
    const path = join(directory, `${made.length}.p12`);
    await writeFile(path, bytes);
    made.push({ path, passwords: [password, ...(password === '' ? [null] : [])] });
  };
  try {
    const root = await openssl.certify('/CN=Root', await openssl.key('P-256'), undefined, {
      authority: true,
    });
    const identities = await Promise.all(
      ['rsa', 'P-256', 'secp256k1'].map(async (kind) =>
        openssl.certify('/CN=own', await openssl.key(kind), root),
      ),
    );
    const encryptions = [
      'PBE-SHA1-3DES',
      'PBE-SHA1-RC2-40',
      'AES-128-CBC',
      'AES-256-CBC',
      'DES-EDE3-CBC',
      'NONE',
    ];
    for (const [index, identity] of identities.entries())
      for (const certpbe of encryptions)
        for (const keypbe of encryptions)
          for (const password of ['', 'pä鍵'])
            for (const macalg of [['sha1', 'sha256', 'sha512'][(index + password.length) % 3] ?? 'sha1']) {
              const options = ['-legacy', '-certpbe', certpbe, '-keypbe', keypbe, '-macalg', macalg];
              await keep(
                await openssl.pkcs12(
                  identity,
                  [root.certificate],
                  [...options, '-passout', `pass:${password}`],
                ),
                password,
              );
            }
    const certtool = (await execa('certtool', ['--version'], { reject: false })).exitCode === 0;
    for (const identity of certtool ? identities.slice(0, 2) : [])
      for (const cipher of ['aes-128', 'aes-256', '3des-pkcs12', 'rc2-40', '3des'])
        for (const password of ['secret', '']) {
          const out = join(directory, 'certtool.p12');
          const files = ['--load-privkey', await openssl.file(identity.key), '--load-certificate'];
          await execa('certtool', [
            ...['--to-p12', ...files, await openssl.file(identity.certificate), '--p12-name', 'own'],
            ...['--pkcs-cipher', cipher, '--outder', '--outfile', out],
            ...(password === '' ? ['--empty-password'] : ['--password', password]),
          ]);
          await keep(readFileSync(out), password);
        }
  } finally {
    await openssl.close();
  }
  return made;
}
