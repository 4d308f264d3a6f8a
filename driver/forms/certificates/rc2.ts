/**
 * Decrypts RC2 in CBC mode (RFC 2268), which openssl and Windows wrote until a few years ago. Neither Node nor Bun has
 * RC2 with 40 bits.
 * @param key its length is also the effective one
 * @returns undefined when the padding is wrong
 */
export async function decryptRc2(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { default: forge } = await import('node-forge');
  const binary = (bytes: Uint8Array) => Buffer.from(bytes).toString('binary');
  const decipher = forge.rc2.createDecryptionCipher(binary(key), key.length * 8);
  decipher.start(binary(iv));
  decipher.update(forge.util.createBuffer(binary(data)));
  if (!decipher.finish()) return undefined;
  return Buffer.from(decipher.output.getBytes(), 'binary');
}
