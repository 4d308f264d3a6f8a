import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Breathe } from '../../ports.ts';
import { contentFault } from '../content-fault.ts';
import { type Element, expectTag, INTEGER, smallInteger } from './ber.ts';
import { type Digest, derivePkcs12, type Purpose } from './pkcs12-key.ts';

/** Null is a password that is not even empty; writers of PKCS#12 without a password differ in that. */
export type Password = string | null;

/**
 * Rounds of hashing that opening one container may take, some seconds. A container has three to five parts, and
 * writers use 1 to 600,000 iterations for each. One iteration is one round for each digest that the key is made of.
 */
export const MAX_ROUNDS = 10_000_000;

/** Bytes of a digest. */
export const digestSizes: Readonly<Record<Digest, number>> = {
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

const derive = promisify(pbkdf2);

/** The inputs that a key is derived from, beside the password. */
export interface Derivation {
  readonly digest: Digest;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** Bytes wanted. */
  readonly size: number;
}

/**
 * Derives the keys of one container from passwords, each key once. How long that takes is up to the container's
 * author, so it is bounded: only what is really derived counts.
 */
export class Derivations {
  readonly #breathe: Breathe;
  readonly #keys = new Map<string, Promise<Uint8Array>>();
  #roundsLeft = MAX_ROUNDS;

  /** @param breathe is called every few rounds */
  constructor(breathe: Breathe) {
    this.#breathe = breathe;
  }

  /** RFC 8018 section 5.2. @throws DriverError `ObjectContentInvalid` when it takes too many rounds */
  pbkdf2(password: Password, derivation: Derivation): Promise<Uint8Array> {
    const { salt, iterations, size, digest } = derivation;
    return this.#once(['pbkdf2', password ?? ''], derivation, () =>
      derive(password ?? '', salt, iterations, size, digest),
    );
  }

  /** RFC 7292 appendix B.2. @throws DriverError `ObjectContentInvalid` when it takes too many rounds */
  pkcs12(password: Password, purpose: Purpose, derivation: Derivation): Promise<Uint8Array> {
    const { salt, iterations, size, digest } = derivation;
    return this.#once([purpose, password], derivation, () =>
      derivePkcs12(digest, password, salt, iterations, purpose, size, this.#breathe),
    );
  }

  #once(
    what: readonly unknown[],
    { digest, salt, iterations, size }: Derivation,
    start: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const id = JSON.stringify([...what, digest, Buffer.from(salt).toString('hex'), iterations, size]);
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    this.#roundsLeft -= iterations * Math.ceil(size / digestSizes[digest]);
    if (this.#roundsLeft < 0) {
      throw contentFault(
        `its PKCS#12 container takes more than ${MAX_ROUNDS / 1e6} million rounds of hashing to open; export it again (openssl pkcs12 with its defaults), or use format: pfx to get it as it is`,
      );
    }
    const key = start();
    this.#keys.set(id, key);
    return key;
  }
}

/** An iteration count as the container has it. @throws RangeError when it is none */
export function iterationsIn(element: Element | undefined): number {
  const count = smallInteger(expectTag(element, INTEGER));
  if (count < 1) throw new RangeError('an iteration count out of bounds');
  return count;
}
