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
  const fault = (code: ErrorCode, text: string) => new DriverError(code, text, { cause: error });
  if (error instanceof DriverError) return fault(error.code, `${what} of ${host}: ${error.message}`);
  if (error instanceof VaultRefusal) {
    const { status, codes, requestId } = error;
    const reference = [`HTTP ${status}`, ...codes, requestId && `request id ${requestId}`]
      .filter(Boolean)
      .join(', ');
    const [code, text] = explainRefusal(error, { subject, what, host, identity, confusion });
    return fault(code, `${text} (${reference})`);
  }
  if (error instanceof OutOfTime) {
    const seconds = Math.round(error.after / 100) / 10;
    return fault('VaultUnreachable', `the vault ${host} gave no answer for ${what} within ${seconds} s`);
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
  return new DriverError(first.code, [...texts.slice(0, MAX_TOLD), ...more].join(' | '), { cause: first });
}
