import { cipher } from 'runtime:crypto';

/** As `../rc2.ts`, by the runtime's own cipher. */
export async function decryptRc2(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array | undefined> {
  return cipher('rc2-cbc', false, key, iv, data);
}
