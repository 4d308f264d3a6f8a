import { certificate, fits, hash } from 'runtime:crypto';
import { KeyObject } from './private-keys.ts';

const PEM = /-----BEGIN (?:X509 )?CERTIFICATE-----([\s\S]+?)-----END/;

/** `X509Certificate` of `node:crypto`, as far as the sources use it. */
export class X509Certificate {
  /** DER. */
  readonly raw: Buffer;

  /**
   * @param encoded PEM text or DER
   * @throws Error when it is no certificate
   */
  constructor(encoded: string | Uint8Array) {
    const found = certificate(
      typeof encoded === 'string' ? Buffer.from(PEM.exec(encoded)?.[1] ?? '', 'base64') : encoded,
    );
    if (found === undefined)
      throw Object.assign(new Error('the certificate cannot be read'), {
        code: 'ERR_OSSL_ASN1_NOT_ENOUGH_DATA',
      });
    this.raw = Buffer.from(found);
  }

  /** SHA-1 as `AB:CD:…`. */
  get fingerprint(): string {
    return this.#digest('sha1');
  }

  /** SHA-256 as `AB:CD:…`. */
  get fingerprint256(): string {
    return this.#digest('sha256');
  }

  checkPrivateKey(key: KeyObject): boolean {
    return fits(this.raw, KeyObject.bytesOf(key));
  }

  #digest(name: string): string {
    const bytes = hash(name, this.raw) ?? new Uint8Array();
    return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');
  }
}
