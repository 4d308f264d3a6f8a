import { type DriverError, type ErrorCode, errorCodes } from './errors.ts';

/** What this driver tells kubelet it can do. Absent keys default to true in kubelet (driver-call.go, defaultCapabilities). */
interface Capabilities {
  readonly attach: boolean;
  readonly selinuxRelabel: boolean;
  readonly fsGroup: boolean;
  readonly supportsMetrics: boolean;
  readonly requiresFSResize: boolean;
}

/** The one JSON document a call-out answers with. Source: kubelet's DriverStatus, pkg/volume/flexvolume/driver-call.go. */
export type DriverStatus =
  | { readonly status: 'Success'; readonly message?: string; readonly capabilities?: Capabilities }
  | { readonly status: 'Failure'; readonly message: string; readonly told?: Told }
  | { readonly status: 'Not supported'; readonly message: string };

/** What the event line has of a failure and kubelet has not. */
interface Told {
  /** The message as it was before it was cut. */
  readonly message: string;
  /** As of DriverError. */
  readonly reference: string | undefined;
}

/**
 * kubelet puts the message into an event of the pod, which has room for 1,024 characters (core/v1, Event): kubelet's own words
 * before it and the volume's name take up to 170 of them.
 */
const MAX_MESSAGE_LENGTH = 850;
const CUT = ' … (cut; the log of the installer on this node has more)';

export const success: DriverStatus = { status: 'Success' };

/** A failure's message starts with its code, which `docs/troubleshooting.md` explains. */
export function failure(error: DriverError): DriverStatus {
  const message = oneLine(`${error.code}: ${error.message}`);
  const { reference } = error;
  const isWhole = message.length <= MAX_MESSAGE_LENGTH && reference === undefined;
  return { status: 'Failure', message: cut(message), ...(isWhole ? {} : { told: { message, reference } }) };
}

/** The code that a failure's message starts with. */
export function codeOf(status: DriverStatus): 'Success' | ErrorCode {
  if (status.status === 'Success') return 'Success';
  const written = status.message.split(':', 1)[0];
  return errorCodes.find((code) => code === written) ?? 'Internal';
}

export function notSupported(callOut: string): DriverStatus {
  return {
    status: 'Not supported',
    message: oneLine(`this driver has no call-out ${JSON.stringify(callOut.slice(0, 64))}`),
  };
}

/** The status as kubelet parses it: one line, one JSON object. */
export function formatStatus(status: DriverStatus): string {
  return `${JSON.stringify({ ...status, told: undefined })}\n`;
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must go
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

/** Cuts a long message, between two faults (`|`) where it has several. */
function cut(text: string): string {
  if (text.length <= MAX_MESSAGE_LENGTH) return text;
  const kept = text.slice(0, MAX_MESSAGE_LENGTH - CUT.length);
  const between = kept.lastIndexOf(' | ');
  return (between > MAX_MESSAGE_LENGTH / 2 ? kept.slice(0, between) : kept) + CUT;
}
