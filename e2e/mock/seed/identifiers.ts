import { createHash } from 'node:crypto';

// Identifiers derive from names, so that regenerating the material keeps every id that tests and manifests mention.

/** 32 hexadecimal digits, as Key Vault's versions. */
export function versionId(...parts: (string | number)[]): string {
  return createHash('sha256').update(parts.join('/')).digest('hex').slice(0, 32);
}

export function guid(name: string): string {
  const hex = versionId('guid', name);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}

const EPOCH = Date.UTC(2025, 0, 1) / 1000;
const DAY = 86_400;

/** Seconds since 1970 of the given day after 2025-01-01. */
export function day(n: number): number {
  return EPOCH + n * DAY;
}

/** Attributes of the index-th version of an object: each version a day younger than the one before. */
export function attributesOf(
  index: number,
  more: { enabled?: boolean; nbf?: number; exp?: number } = {},
): { enabled: boolean; nbf?: number; exp?: number; created: number; updated: number } {
  const { enabled = true, nbf, exp } = more;
  return {
    enabled,
    ...(nbf === undefined ? {} : { nbf }),
    ...(exp === undefined ? {} : { exp }),
    created: day(index),
    updated: day(index),
  };
}
