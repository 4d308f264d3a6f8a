import type { Breathe } from '../../ports.ts';
import { contentFault } from '../content-fault.ts';
import { type Element, expectTag, INTEGER, smallInteger } from './ber.ts';

/** Writers use 1 to some 100,000 for each of a few parts; this many take a second or two. */
const ITERATIONS_OF_A_CONTAINER = 3_000_000;

/**
 * Bounds what the passwords of one container may cost: deriving a key takes as long as the container's author says, in
 * each of its parts.
 */
export class IterationBudget {
  /** For the rounds that are taken. */
  readonly breathe: Breathe;
  #left = ITERATIONS_OF_A_CONTAINER;

  constructor(breathe: Breathe) {
    this.breathe = breathe;
  }

  /** An iteration count as the container has it. @throws DriverError `ObjectContentInvalid` when it is too dear */
  take(element: Element | undefined): number {
    const count = smallInteger(expectTag(element, INTEGER));
    if (count < 1) throw new RangeError('an iteration count out of bounds');
    this.#left -= count;
    if (this.#left < 0) {
      throw contentFault(
        'its PKCS#12 container takes too many iterations to open; export it again (openssl pkcs12 with its defaults), or use format: pfx to get it as it is',
      );
    }
    return count;
  }
}
