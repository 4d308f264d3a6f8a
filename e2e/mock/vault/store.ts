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
      attributes?: Partial<SecretVersion['attributes']> | undefined;
    },
  ): string {
    const seconds = Math.floor(Date.now() / 1000);
    const { version = randomBytes(16).toString('hex'), attributes, ...rest } = secret;
    const full = {
      ...rest,
      version,
      attributes: { enabled: true, created: seconds, updated: seconds, ...attributes },
    };
    const proper = this.properName('secrets', name);
    this.#vault.secrets[proper] = [...(this.#vault.secrets[proper] ?? []), full];
    return version;
  }

  /** @returns whether there was one. A certificate takes its secret and key with it. */
  delete(kind: Kind, name: string): boolean {
    return delete_(this.#vault[kind], this.properName(kind, name));
  }
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
