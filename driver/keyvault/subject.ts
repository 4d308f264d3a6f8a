import type { ObjectType } from '../options/items.ts';
import { collections } from './object.ts';

/** What was asked of a vault, for messages. */
export interface Subject {
  /** The option's item, as of ReadItem. */
  readonly origin: string;
  readonly type: ObjectType;
  /** undefined for the list of the type. */
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** `secret "db"`, `secrets named "db-*"`. */
  readonly what: string;
}

const MAX_ORIGINS = 3;

/** `secret "db" (objects[0], objects[2])`. */
export function describeSubject({ what }: Subject, origins: readonly string[]): string {
  const different = [...new Set(origins)];
  const told = different.slice(0, MAX_ORIGINS).join(', ');
  return `${what} (${told}${different.length > MAX_ORIGINS ? ', …' : ''})`;
}

/** What an access policy calls the permission. */
export function permissionFor({ type, name }: Subject): string {
  return `the ${name === undefined ? 'list' : 'get'} permission for ${collections[type]}`;
}

/** The built-in role with the least rights that suffices. Source: Azure built-in roles for Key Vault data plane. */
export function roleFor({ type }: Subject): string {
  return {
    secret: 'Key Vault Secrets User',
    key: 'Key Vault Crypto User',
    cert: 'Key Vault Certificate User',
  }[type];
}
