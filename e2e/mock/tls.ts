import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issue } from './issue.ts';
import type { Seed } from './seed/schema.ts';

/** PEM each. */
export interface TlsMaterial {
  ca: string;
  cert: string;
  key: string;
}

const FILES = { ca: 'ca.pem', cert: 'server.pem', key: 'server-key.pem' } as const;

/**
 * The TLS directory's ca.pem, server.pem and server-key.pem: read where they exist, made where they don't. The CA's own
 * key is thrown away.
 * @throws when only some of the three are there.
 */
export async function tlsDirectory(directory: string, seed: Seed): Promise<TlsMaterial> {
  const found = await Promise.all(Object.values(FILES).map((file) => readIfThere(join(directory, file))));
  const [ca, cert, key] = found;
  if (ca !== undefined && cert !== undefined && key !== undefined) return { ca, cert, key };
  if (found.some((one) => one !== undefined)) {
    throw new Error(
      `${directory} holds only some of ${Object.values(FILES).join(', ')}: remove them, or add the others`,
    );
  }
  const made = await makeTls(hostsOf(seed));
  await mkdir(directory, { recursive: true });
  for (const [part, file] of Object.entries(FILES)) {
    await writeFile(join(directory, file), made[part as keyof TlsMaterial], {
      mode: part === 'key' ? 0o600 : 0o644,
    });
  }
  return made;
}

/** A new CA and a server certificate of its own for these hosts, ECDSA P-256. */
export async function makeTls(hosts: string[]): Promise<TlsMaterial> {
  const ca = await issue('CN=Mock Azure TLS CA', { algorithm: 'ec', authority: true });
  const server = await issue('CN=Mock Azure', { algorithm: 'ec', issuer: ca, hosts });
  return { ca: ca.pem, cert: server.pem + ca.pem, key: server.keyPem };
}

/** Every host name of the seed's clouds, wildcards included, and the loopback's. */
export function hostsOf(seed: Seed): string[] {
  const hosts = seed.clouds.flatMap((cloud) => [...cloud.authorities, `*.${cloud.vaultSuffix}`]);
  return [...hosts, 'localhost', '127.0.0.1'];
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
