import { DriverError } from '../../errors.ts';
import { contentFault } from '../content-fault.ts';
import type { Certificate } from './certificate.ts';
import type { PrivateKey } from './private-key.ts';

/** What a secret behind a certificate holds, in stored order. */
export interface Stored {
  readonly keys: readonly PrivateKey[];
  readonly certificates: readonly Certificate[];
}

/** One private key and its certificates, ordered. */
export interface Bundle {
  readonly key: PrivateKey | undefined;
  /** The leaf, its issuers upwards, then all the others; empty when there is no certificate. */
  readonly chain: readonly Certificate[];
}

/** What a reader stumbled over, as a fault; without the error's text, which may quote the content. */
export function damaged(what: string, error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  return contentFault(`${what} is damaged or of an unknown kind; store it again, or use format: raw`);
}
