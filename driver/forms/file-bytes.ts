import type { VaultObject } from '../ports.ts';
import { publicKeyPem } from './public-key-pem.ts';

/**
 * The bytes of an object's file: a secret's value as it is, a key's public part as PEM, a certificate's DER.
 * Secrets and certificates are byte for byte what the predecessor wrote; its keys were a bare RSA modulus.
 */
export function fileBytes(object: VaultObject): Uint8Array {
  switch (object.type) {
    case 'secret':
      return new TextEncoder().encode(object.value);
    case 'key':
      return new TextEncoder().encode(publicKeyPem(object.key));
    case 'cert':
      return object.der;
  }
}
