import { DriverError, type ErrorCode, systemCode } from '../errors.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import { OutOfTime } from './bound.ts';
import { explainRefusal } from './explain-refusal.ts';
import { isUnanswered } from './outage.ts';
import type { ReadFailure } from './read-failure.ts';
import { VaultRefusal } from './refusal.ts';
import { describeSubject, type Subject } from './subject.ts';

/** An event holds about a thousand characters; what is beyond tells nothing new. */
const MAX_TOLD = 20;

/**
 * Gives what went wrong with one object, or list, its meaning, its names and the way out. Never quotes an answer's
 * body. The fault of a fallback vault is told after that of the first, under the code of the first.
 */
export function failureFault(
  failure: ReadFailure,
  subject: Subject,
  origins: readonly string[],
  identity: string,
  confusion: string | undefined,
): DriverError {
  const of = ({ error, host }: ReadFailure) =>
    faultOf(error, host, subject, describeSubject(subject, origins), identity, confusion);
  const first = of(failure);
  if (failure.fallback === undefined) return first;
  const second = of(failure.fallback);
  return new DriverError(first.code, `${first.message}; the fallback vault did not help: ${second.message}`, {
    cause: first,
    reference: joinReferences([first, second]),
  });
}

function faultOf(
  error: unknown,
  host: string,
  subject: Subject,
  what: string,
  identity: string,
  confusion: string | undefined,
): DriverError {
  const fault = (code: ErrorCode, text: string, reference?: string) =>
    new DriverError(code, text, { cause: error, reference });
  if (error instanceof DriverError)
    return fault(error.code, `${what} of ${host}: ${error.message}`, error.reference);
  if (error instanceof VaultRefusal) {
    const { status, codes, requestId, wait } = error;
    const reference = [
      ...(requestId === undefined ? [] : [`request id ${requestId}`]),
      ...(wait === undefined ? [] : [`asked to wait ${Math.ceil(wait / 1000)} s`]),
    ];
    const [code, text] = explainRefusal(error, { subject, what, host, identity, confusion });
    return fault(
      code,
      `${text} (${[`HTTP ${status}`, ...codes].join(', ')})`,
      reference.length === 0 ? undefined : reference.join(', '),
    );
  }
  if (error instanceof OutOfTime) {
    return fault(
      'VaultUnreachable',
      `the vault ${host} gave no answer for ${what} in its third of the time that a mount may take`,
      `after ${Math.round(error.after / 100) / 10} s`,
    );
  }
  if (isUnanswered(error)) {
    return fault(
      'VaultUnreachable',
      `the vault ${host} could not be reached: ${describeConnectionFault(error)}`,
    );
  }
  return fault(
    'VaultFault',
    `${what} could not be read from ${host}: its answer was not understood (${systemCode(error)})`,
  );
}

/** Nothing of the vault is what a selection asks for. */
export function noMatchFault(subject: Subject, vault: string): DriverError {
  return new DriverError(
    'ObjectNotFound',
    `no ${describeSubject(subject, [subject.origin])} in the vault ${vault}: none is there, enabled and so; check the selection, or set optional to true`,
  );
}

/** All faults as one, each different text once, under the code of the first. */
export function joinFaults(faults: readonly DriverError[]): DriverError {
  const [first] = faults;
  if (first === undefined) throw new RangeError('there is at least one fault');
  const texts = [...new Set(faults.map((fault) => fault.message))];
  const more = texts.length > MAX_TOLD ? [`and ${texts.length - MAX_TOLD} more`] : [];
  const message = [...texts.slice(0, MAX_TOLD), ...more].join(' | ');
  return new DriverError(first.code, message, { cause: first, reference: joinReferences(faults) });
}

function joinReferences(faults: readonly DriverError[]): string | undefined {
  const different = new Set(faults.flatMap(({ reference }) => reference ?? []));
  return different.size === 0 ? undefined : [...different].join('; ');
}
