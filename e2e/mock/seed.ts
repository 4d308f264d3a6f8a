import { readFile } from 'node:fs/promises';
import {
  type CertificateVersion,
  type KeyVersion,
  type Principal,
  type SecretVersion,
  type Seed,
  seedSchema,
} from './seed/schema.ts';
import committed from './seed.json' with { type: 'json' };

/** The committed seed, or the given file's. @throws ZodError naming every fault of the file. */
export async function loadSeed(file?: string): Promise<Seed> {
  return seedSchema.parse(file === undefined ? committed : JSON.parse(await readFile(file, 'utf8')));
}

// Lookups for tests: what the vault must answer, read from the same material. A name that the seed lacks throws.

/** The version of that id, or of that index (0 = oldest, -1 = latest, the default). */
export function secretOf(seed: Seed, vault: string, name: string, version?: number | string): SecretVersion {
  return pick(vaultOf(seed, vault).secrets[name], `secret ${vault}/${name}`, version);
}

export function keyOf(seed: Seed, vault: string, name: string, version?: number | string): KeyVersion {
  return pick(vaultOf(seed, vault).keys[name], `key ${vault}/${name}`, version);
}

export function certificateOf(
  seed: Seed,
  vault: string,
  name: string,
  version?: number | string,
): CertificateVersion {
  return pick(vaultOf(seed, vault).certificates[name], `certificate ${vault}/${name}`, version);
}

/** DER of a certificate version. */
export function derOf(seed: Seed, vault: string, name: string, version?: number | string): Buffer {
  return Buffer.from(certificateOf(seed, vault, name, version).cer, 'base64');
}

export function principalOf(seed: Seed, name: string): Principal {
  const found = seed.principals.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the seed has no principal ${name}`);
  return found;
}

function vaultOf(seed: Seed, name: string): Seed['vaults'][number] {
  const found = seed.vaults.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the seed has no vault ${name}`);
  return found;
}

function pick<T extends { version: string }>(
  versions: T[] | undefined,
  what: string,
  version: number | string = -1,
): T {
  const found =
    typeof version === 'number' ? versions?.at(version) : versions?.find((one) => one.version === version);
  if (found === undefined) throw new Error(`the seed has no ${what}, version ${version}`);
  return found;
}

/** Objects of all three types in the vault `testkv`, for whatever is measured or counted by the volume of eight. */
export const eightObjects = [
  ['secret', 'plain'],
  ['secret', 'multiline'],
  ['secret', 'non-ascii'],
  ['secret', 'json-document'],
  ['key', 'rsa-2048'],
  ['key', 'ec-p256'],
  ['cert', 'chain-pkcs12'],
  ['cert', 'ec-pem'],
] as const;
