import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { isEdwardsSignature } from './edwards.ts';
import { readPublicKeyInfo } from './public-key-info.ts';

test.each([
  ['1.3.101.112', () => generateKeyPairSync('ed25519')],
  ['1.3.101.113', () => generateKeyPairSync('ed448')],
] as const)('signatures of %s are told from others', (id, generate) => {
  for (let round = 0; round < 20; round++) {
    const { privateKey, publicKey } = generate();
    const { key } = readPublicKeyInfo(publicKey.export({ format: 'der', type: 'spki' }));
    const data = Buffer.alloc(round * 20, round);
    const signature = sign(null, data, privateKey);
    expect(isEdwardsSignature(id, key, data, signature)).toBe(true);
    for (const at of [0, signature.length - 10]) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(isEdwardsSignature(id, key, data, changed)).toBe(false);
    }
    expect(isEdwardsSignature(id, key, Buffer.from('other'), signature)).toBe(false);
    expect(isEdwardsSignature(id, key, data, signature.subarray(1))).toBe(false);
    expect(isEdwardsSignature(id, key.subarray(1), data, signature)).toBe(false);
  }
});
