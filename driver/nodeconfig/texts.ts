/** What the texts of a node configuration must be. */

export function isCloudName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]{2,63}$/.test(text);
}

export function isHost(text: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(text);
}

/** What tokens are for. That of an Azure Stack Hub can have a path: `https://vault.<name>.onmicrosoft.com/<guid>`. */
export function isAudience(text: string): boolean {
  return (
    /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*$/.test(text) && text.length <= MAX_AUDIENCE
  );
}

/** Where an AD FS gives the tokens, its path is what Azure Stack's own description of itself has. */
export function isAuthority(text: string): boolean {
  return /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/adfs)?$/.test(text);
}

export function isProxy(text: string): boolean {
  const hasForm =
    /^https?:\/\/([^\s/?#@:\\]+(:[^\s/?#@:\\]*)?@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?\/?$/.test(
      text,
    );
  return hasForm && URL.canParse(text);
}

/** A URL reads a backslash as a slash, so `http://DOMAIN\\user@host` would be the host `domain`. */
export function hasNoBackslash(text: string): boolean {
  return !text.includes('\\');
}

export function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** What is reached without the proxy. */
export function isUnproxied(text: string): boolean {
  return /^(\*|(\*?\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)$/.test(text);
}

export function isPemBundle(text: string): boolean {
  const block = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  return block.test(text) && !text.replace(block, '').includes('-----');
}

/** A version of Key Vault's API: `7.4`, `2016-10-01`. */
export function isApiVersion(text: string): boolean {
  return /^(7\.\d|20\d\d-\d\d-\d\d)$/.test(text);
}

/** Characters. */
export const MAX_CA_BUNDLE = 1_048_576;
export const MAX_PROXY = 2048;
const MAX_AUDIENCE = 512;
export const MAX_UNPROXIED = 256;
export const MAX_NMI_PORTS = 16;
export const MAX_API_VERSIONS = 8;
export { DEADLINE_SECONDS } from './file.ts';
