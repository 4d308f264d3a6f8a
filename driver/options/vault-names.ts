/** What Key Vault takes for the names of its own things; each function says what is wrong, or undefined. */

export function faultOfVaultName(text: string): string | undefined {
  if (/^(?!.*--)[0-9A-Za-z-]{3,24}$/.test(text)) return undefined;
  return 'must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)';
}

export function faultOfObjectName(text: string): string | undefined {
  return /^[0-9A-Za-z-]{1,127}$/.test(text) ? undefined : 'must be 1 to 127 letters, digits and dashes';
}

export function faultOfVersion(text: string): string | undefined {
  if (/^[0-9a-f]{32}$/i.test(text)) return undefined;
  return 'must be a version: 32 hexadecimal digits, or empty for the latest';
}

/** Do both name the same vault? Case means nothing there. */
export function isSameVault(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}
