/** RFC 4648 section 4, with padding. */
export function base64(bytes: Uint8Array): string {
  // Where the language has it (ECMAScript 2026): byte by byte takes a thousand times as long.
  if ('toBase64' in bytes) return (bytes as { toBase64(): string }).toBase64();
  let text = '';
  // Not String.fromCharCode(...bytes): so many arguments overflow the stack.
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** RFC 4648 section 5, without padding, as JWKs have it. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Strict: the standard alphabet, padded, no bits left over; only line ends are skipped, as `base64` writes them.
 * @returns undefined for anything else
 */
export function fromBase64(text: string): Uint8Array | undefined {
  const joined = text.replace(/[\r\n]/g, '');
  if (joined.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(joined)) return undefined;
  const bytes = Uint8Array.from(atob(joined), (character) => character.charCodeAt(0));
  return base64(bytes) === joined ? bytes : undefined;
}
