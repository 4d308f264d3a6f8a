import type { CertificateFault } from '../../mock/faults/certificates.ts';
import type { FaultRules } from '../../mock/faults/rules.ts';
import type { Mock } from '../../mock/mock.ts';
import type { Cloud } from '../../mock/seed/schema.ts';
import type { Route } from './routes.ts';

export type FaultAction = NonNullable<FaultRules['rules']>[number]['action'];

/** Whom the fault befalls. */
export type Place = 'vault' | 'entra' | 'nmi' | 'imds';

/** What is the matter with a place: with its address or certificate, or with what it answers. */
export interface Fault {
  readonly route?: Route;
  readonly certificate?: CertificateFault;
  /** Answers, and how often; without `times` for ever. A later one follows when an earlier one is used up. */
  readonly answers?: readonly (
    | (FaultAction & { readonly times?: number })
    | ((azure: Mock, cloud: Cloud) => Promise<FaultAction>)
  )[];
  /** Further options of the volume. */
  readonly options?: Readonly<Record<string, string>>;
}

/** One line of the matrix. */
export interface Row {
  readonly place: Place;
  readonly name: string;
  readonly fault: Fault;
  /** How the status begins: `Success`, or the message with its code. `{host}` stands for the place's host. */
  readonly answer: 'Success' | RegExp;
  /** Is the answer that of the deadline, which is then a short one? */
  readonly atDeadline?: boolean;
}

/** `name`, the fault, the answer; faults of answers may be written as one action. */
export type Line = readonly [
  name: string,
  fault: Fault | FaultAction,
  answer: Row['answer'],
  atDeadline?: true,
];

export function rowsOf(place: Place, lines: readonly Line[]): Row[] {
  return lines.map(([name, fault, answer, atDeadline = false]) => ({
    place,
    name,
    fault: isFault(fault) ? fault : { answers: [fault] },
    answer,
    atDeadline,
  }));
}

/** The fault once, then the right answer. */
export function once(action: FaultAction): Fault {
  return { answers: [{ ...action, times: 1 }] };
}

function isFault(fault: Fault | FaultAction): fault is Fault {
  return ['route', 'certificate', 'answers', 'options'].some((key) => key in fault);
}
