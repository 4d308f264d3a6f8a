import type { Faults } from './faults.ts';
import { SECRET_KEY_PREFIX } from './keys.ts';

/** The value of one key of the Secret, decoded. Trailing line ends are dropped, as the predecessor's shell did. */
export function readSecretKey(
  raw: Readonly<Record<string, string>>,
  key: string,
  faults: Faults,
): string | undefined {
  const encoded = raw[`${SECRET_KEY_PREFIX}${key}`];
  if (encoded === undefined) return undefined;
  const decoded = decodeBase64(encoded);
  if (decoded === undefined) faults.add('secretRef', `the Secret's key ${key} is not base64-encoded UTF-8`);
  else if (decoded === '') faults.add('secretRef', `the Secret's key ${key} is empty`);
  return decoded || undefined;
}

/** The value of one key of the Secret as bytes, such as those of a PKCS#12 file. */
export function readSecretBytes(
  raw: Readonly<Record<string, string>>,
  key: string,
  faults: Faults,
): Uint8Array | undefined {
  const encoded = raw[`${SECRET_KEY_PREFIX}${key}`];
  if (encoded === undefined) return undefined;
  const bytes = decodeBytes(encoded);
  if (bytes === undefined) faults.add('secretRef', `the Secret's key ${key} is not base64-encoded`);
  else if (bytes.length === 0) faults.add('secretRef', `the Secret's key ${key} is empty`);
  return bytes?.length ? bytes : undefined;
}

function decodeBase64(encoded: string): string | undefined {
  try {
    const bytes = decodeBytes(encoded);
    return bytes && withoutLineEnds(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** By hand: a regular expression that is tied to the end tries each of many line ends within the text. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

function decodeBytes(encoded: string): Uint8Array | undefined {
  const compact = encoded.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  try {
    const characters = atob(compact);
    // By hand: `Uint8Array.from` with a function takes 0.2 ms for its first bytes.
    const bytes = new Uint8Array(characters.length);
    for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
    return bytes;
  } catch {
    return undefined;
  }
}
