import fc from 'fast-check';
import { DriverError, errorCodes } from '../../errors.ts';
import { failure, formatStatus } from '../../status.ts';

/** What became of one hostile input: both are right; anything else is thrown. */
type Outcome = 'accepted' | 'refused';

/** A part of the driver that reads what others wrote, with inputs for it and what must hold for each. */
export interface Area {
  readonly name: string;
  /** As a runner of its own, so that areas of different inputs stand in one list. */
  run(options: RunOptions): Promise<void>;
}

interface RunOptions {
  readonly seed: number;
  readonly runs: number;
  onOutcome?(outcome: Outcome): void;
  /** Told of each input that breaks a rule, instead of ending (with the smallest such input) at the first. */
  onFinding?(error: Error, input: unknown): void;
}

/** One input may keep a call-out this long on a busy machine; an honest one takes less than a millisecond. */
const LONGEST_MS = 10_000;

/** Must never be told to anybody, and is put where secrets are. */
export const CANARY = 'canary~Fu.zz/4711';

/** @param check throws what the driver would throw, or an error of its own when something that must hold does not */
export function area<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
): Area {
  return {
    name,
    async run({ seed, runs, onOutcome, onFinding }) {
      const property = fc.asyncProperty(inputs, async (input) => {
        try {
          onOutcome?.(await holds(input, check));
        } catch (error) {
          if (onFinding === undefined) throw error;
          onFinding(error as Error, input);
        }
      });
      await fc.assert(property, { seed, numRuns: runs });
    },
  };
}

async function holds<T>(input: T, check: (input: T) => void | Promise<void>): Promise<Outcome> {
  const before = prototypes();
  const begun = performance.now();
  let outcome: Outcome = 'accepted';
  try {
    await check(input);
  } catch (error) {
    expectRefusal(error);
    outcome = 'refused';
  }
  const milliseconds = performance.now() - begun;
  if (milliseconds > LONGEST_MS) throw new Error(`took ${Math.round(milliseconds)} ms`);
  if (prototypes() !== before) throw new Error(`polluted a prototype: ${prototypes()}`);
  return outcome;
}

/** A refusal is the driver's own error, told in one line without what is secret. */
function expectRefusal(error: unknown): void {
  if (!(error instanceof DriverError) || error.code === 'Internal') throw error;
  if (!errorCodes.includes(error.code)) throw new Error(`unknown code ${error.code}`);
  const line = formatStatus(failure(error));
  if (line.indexOf('\n') !== line.length - 1 || /[\r\u2028\u2029\u0085]/.test(line))
    throw new Error(`not one line: ${line}`);
  if (line.includes(CANARY) || line.includes(btoa(CANARY))) throw new Error(`tells the canary: ${line}`);
  JSON.parse(line);
}

/** What pollution would change: names, and values by their kinds. */
function prototypes(): string {
  const names = [Object.prototype, Array.prototype, String.prototype, Function.prototype].map(
    (prototype) => Object.getOwnPropertyNames(prototype).length,
  );
  const enumerable: string[] = [];
  for (const name in {}) enumerable.push(name);
  return `${names} ${enumerable}`;
}
