import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';

/** What OpenSSL finds in TLS files of a server. */
export type TlsFiles = {
  /** Subjects of the certificates, in the file's order: `CN = www.example.test`. */
  readonly subjects: string[];
  /** Whether the key is that of the first certificate. */
  readonly keyFits: boolean;
  /** Whether the first certificate verifies against the last one, through those between. */
  readonly verifies: boolean;
};

/** Reads a file of certificates and a file with a private key as a server would, with the `openssl` program. */
export async function inspectTlsFiles(certificates: Buffer, key: Buffer): Promise<TlsFiles> {
  return inDirectory(async (directory) => {
    const path = (name: string): string => join(directory, name);
    const blocks = certificates
      .toString('ascii')
      .match(/-----BEGIN CERTIFICATE-----[^-]+-----END [^-]+-----/g);
    await writeFile(path('all.pem'), certificates);
    await writeFile(path('key.pem'), key, { mode: 0o600 });
    await writeFile(path('root.pem'), blocks?.at(-1) ?? '');
    const openssl = (...args: string[]): Promise<string> => command('openssl', args);
    const subjects: string[] = [];
    for (const block of blocks ?? [])
      subjects.push(await command('openssl', ['x509', '-noout', '-subject'], { input: block }));
    const ofCertificate = await openssl('x509', '-in', path('all.pem'), '-noout', '-pubkey');
    const ofKey = await openssl('pkey', '-in', path('key.pem'), '-pubout');
    const verify = ['verify', '-CAfile', path('root.pem'), '-untrusted', path('all.pem'), path('all.pem')];
    return {
      subjects: subjects.map((line) => line.replace(/^subject=\s*/, '')),
      keyFits: ofCertificate === ofKey,
      verifies: (await openssl(...verify)).endsWith(': OK'),
    };
  });
}

/** Opens a PKCS#12 file: all that is in it, in PEM. */
export async function openPkcs12(file: Buffer, password = ''): Promise<Buffer> {
  return inDirectory(async (directory) => {
    const path = join(directory, 'file.pfx');
    await writeFile(path, file, { mode: 0o600 });
    const args = ['pkcs12', '-legacy', '-in', path, '-nodes', '-passin', 'stdin'];
    return Buffer.from(await command('openssl', args, { input: `${password}\n` }));
  });
}

/** DER of what is in PEM: `x509`, `pkey -pubin` and the like. */
export async function derOf(pem: Buffer, ...args: string[]): Promise<Buffer> {
  return inDirectory(async (directory) => {
    const path = join(directory, 'file.pem');
    await writeFile(path, pem, { mode: 0o600 });
    const base64 = await command('sh', [
      '-c',
      'openssl "$@" | base64 -w0',
      '-',
      ...args,
      '-in',
      path,
      '-outform',
      'DER',
    ]);
    return Buffer.from(base64, 'base64');
  });
}

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'openssl-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
