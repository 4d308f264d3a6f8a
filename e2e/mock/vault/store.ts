import { randomBytes, X509Certificate } from 'node:crypto';
import type {
  CertificateVersion,
  KeyVersion,
  Permissions,
  SecretVersion,
  SeedVault,
} from '../seed/schema.ts';
import { publicJwk } from './jwk.ts';

export type Kind = 'secrets' | 'keys' | 'certificates';

/** A secret or key that belongs to a certificate: same name, same version, marked as managed. */
export type Managed<T> = T & { managed?: true };

/** The objects of one vault. Names are found whatever their case, as the service does. */
export class VaultStore {
  readonly #vault: SeedVault;
  /** Names of deleted objects, lower case, which can be purged. */
  readonly #deleted: Record<Kind, Set<string>> = {
    secrets: new Set(),
    keys: new Set(),
    certificates: new Set(),
  };

  constructor(vault: SeedVault) {
    this.#vault = vault;
  }

  get name(): string {
    return this.#vault.name;
  }
  get tenant(): string {
    return this.#vault.tenant;
  }
  get location(): string {
    return this.#vault.location;
  }
  get authorization(): SeedVault['authorization'] {
    return this.#vault.authorization;
  }

  permits(principal: string, kind: Kind, operation: string): boolean {
    return this.#vault.permissions[principal]?.[kind]?.includes(operation) ?? false;
  }

  setPermissions(principal: string, permissions: Permissions): void {
    this.#vault.permissions[principal] = permissions;
  }

  /** Names of a kind, sorted; those of certificates' own secrets and keys included. */
  names(kind: Kind): string[] {
    const own = Object.keys(this.#vault[kind]);
    return [...new Set([...own, ...Object.keys(this.#vault.certificates)])].sort();
  }

  /** Versions oldest first; empty for an unknown name. */
  secrets(name: string): Managed<SecretVersion>[] {
    return find(this.#vault.secrets, name) ?? this.certificates(name).map(secretOfCertificate);
  }

  keys(name: string): Managed<KeyVersion>[] {
    return find(this.#vault.keys, name) ?? this.certificates(name).map(keyOfCertificate);
  }

  certificates(name: string): CertificateVersion[] {
    return find(this.#vault.certificates, name) ?? [];
  }

  /** The name as it was created, whatever case was asked for. */
  properName(kind: Kind, name: string): string {
    return this.names(kind).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
  }

  /** Adds a version, which becomes the latest. @returns its id. */
  addSecret(
    name: string,
    secret: Pick<SecretVersion, 'value' | 'contentType' | 'tags'> & {
      version?: string | undefined;
    } & Changed,
  ): string {
    return this.#add('secrets', name, { ...secret, version: secret.version ?? newVersion() }).version;
  }

  addKey(name: string, key: Pick<KeyVersion, 'key' | 'tags'> & Changed): KeyVersion {
    return this.#add('keys', name, { ...key, version: newVersion() });
  }

  addCertificate(
    name: string,
    certificate: Pick<CertificateVersion, 'cer' | 'secret' | 'contentType' | 'exportable' | 'tags'> & Changed,
  ): CertificateVersion {
    return this.#add('certificates', name, { ...certificate, version: newVersion() });
  }

  #add<K extends Kind>(
    kind: K,
    name: string,
    { attributes, ...rest }: Omit<SeedVault[K][string][number], 'attributes'> & Changed,
  ): SeedVault[K][string][number] {
    const seconds = Math.floor(Date.now() / 1000);
    const full = {
      ...rest,
      attributes: { enabled: true, created: seconds, updated: seconds, ...attributes },
    } as SeedVault[K][string][number];
    const proper = this.properName(kind, name);
    const objects = this.#vault[kind] as Record<string, SeedVault[K][string][number][]>;
    objects[proper] = [...(objects[proper] ?? []), full];
    this.#deleted[kind].delete(name.toLowerCase());
    return full;
  }

  /** @returns whether there was one. A certificate takes its secret and key with it. */
  delete(kind: Kind, name: string): boolean {
    const there = delete_(this.#vault[kind], this.properName(kind, name));
    if (there) this.#deleted[kind].add(name.toLowerCase());
    return there;
  }

  isDeleted(kind: Kind, name: string): boolean {
    return this.#deleted[kind].has(name.toLowerCase());
  }

  /** @returns whether it was there, deleted. */
  purge(kind: Kind, name: string): boolean {
    return this.#deleted[kind].delete(name.toLowerCase());
  }
}

/** What may be given of a new version's attributes. */
type Changed = {
  attributes?:
    | { enabled?: boolean | undefined; nbf?: number | undefined; exp?: number | undefined }
    | undefined;
};

function newVersion(): string {
  return randomBytes(16).toString('hex');
}

function delete_(objects: Record<string, unknown>, name: string): boolean {
  const there = Object.hasOwn(objects, name);
  delete objects[name];
  return there;
}

function find<T>(objects: Record<string, T[]>, name: string): T[] | undefined {
  const proper = Object.keys(objects).find((one) => one.toLowerCase() === name.toLowerCase());
  return proper === undefined ? undefined : objects[proper];
}

function secretOfCertificate(certificate: CertificateVersion): Managed<SecretVersion> {
  const { version, attributes, tags, contentType, secret } = certificate;
  return { version, attributes, tags, contentType, value: secret, managed: true };
}

function keyOfCertificate(certificate: CertificateVersion): Managed<KeyVersion> {
  const { version, attributes, tags, cer } = certificate;
  const key = publicJwk(new X509Certificate(Buffer.from(cer, 'base64')).publicKey);
  return { version, attributes, tags, key, managed: true };
}
