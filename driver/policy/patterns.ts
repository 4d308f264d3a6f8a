import { parseGlob } from '../keyvault/glob.ts';

/** What a policy's texts must be; each function says what is wrong, or undefined. */

/** Of namespaces and service accounts: their names are in lower case, so an upper-case letter would never match. */
export function faultOfKubernetesName(pattern: string): string | undefined {
  if (/[A-Z]/.test(pattern)) return 'must be in lower case, as names in Kubernetes are';
  return faultOfGlob(pattern, true);
}

export function faultOfVaultPattern(pattern: string): string | undefined {
  return faultOfGlob(pattern, false);
}

export function faultOfObjectPattern(pattern: string): string | undefined {
  const name = /^(?:secret|key|cert|\*)\/(.*)$/s.exec(pattern)?.[1];
  if (name === undefined) return 'must be <type>/<name>, the type being secret, key, cert or *';
  return faultOfGlob(name, false);
}

export function faultOfPolicyName(text: string): string | undefined {
  if (/^[0-9A-Za-z][0-9A-Za-z._-]{0,62}$/.test(text)) return undefined;
  return 'must be a name of 1 to 63 letters, digits, dashes, dots and underscores';
}

function faultOfGlob(pattern: string, dots: boolean): string | undefined {
  const parsed = parseGlob(pattern, dots);
  return typeof parsed === 'string' ? parsed : undefined;
}
