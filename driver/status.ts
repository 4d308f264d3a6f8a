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
  | { readonly status: 'Failure'; readonly message: string }
  | { readonly status: 'Not supported'; readonly message: string };

/** kubelet puts the message into an event, so it stays readable there. */
const MAX_MESSAGE_LENGTH = 4000;

export const success: DriverStatus = { status: 'Success' };

/** A failure's message starts with its code, which `docs/troubleshooting.md` explains. */
export function failure(error: DriverError): DriverStatus {
  return { status: 'Failure', message: oneLine(`${error.code}: ${error.message}`) };
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
  return `${JSON.stringify(status)}\n`;
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must go
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return clean.length > MAX_MESSAGE_LENGTH ? `${clean.slice(0, MAX_MESSAGE_LENGTH)}…` : clean;
}
