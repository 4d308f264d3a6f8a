/**
 * What can go wrong in a call-out, as a closed set: metrics, docs and tests count on these names.
 * `docs/troubleshooting.md` has one section for each.
 */
export const errorCodes = [
  'CallOutInvalid',
  'OptionsInvalid',
  'NodeConfigInvalid',
  'PolicyDenied',
  'CredentialRejected',
  'IdentityNotAssigned',
  'FederatedTokenMissing',
  'TokenUnavailable',
  'ObjectNotFound',
  'ObjectDisabled',
  'ObjectUnsupported',
  'ObjectContentInvalid',
  'FilesCollide',
  'SelectionTooLarge',
  'AccessDenied',
  'VaultThrottled',
  'VaultUnreachable',
  'VaultFault',
  'VolumeFailed',
  'TargetRefused',
  'DeadlineExceeded',
  'Interrupted',
  'Internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error type of the driver. `message` is shown to the pod's owner in an event, so it names what
 * they wrote and the way out, and never holds a secret, a token or a response body.
 */
export class DriverError extends Error {
  readonly code: ErrorCode;
  /**
   * The part that differs at each try, such as request ids: for the event line and the log. The message has none of it, so
   * that Kubernetes counts the same fault as one event.
   */
  readonly reference: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; reference?: string | undefined },
  ) {
    super(message, options);
    this.name = 'DriverError';
    this.code = code;
    this.reference = options?.reference;
  }
}

/** Anything thrown becomes a DriverError; one that is a DriverError already is passed on unwrapped. */
export function toDriverError(thrown: unknown): DriverError {
  if (thrown instanceof DriverError) return thrown;
  // The text of an unforeseen error may quote its input, so only its kind is told.
  const kind = thrown instanceof Error ? systemCode(thrown) : typeof thrown;
  if (isOutOfDescriptors(thrown)) {
    const text = `the driver is out of file descriptors (${kind}); raise the limit of kubelet (LimitNOFILE) or of the node`;
    return new DriverError('VolumeFailed', text, { cause: thrown });
  }
  return new DriverError(
    'Internal',
    `the driver failed unexpectedly (${kind}); please report this with the driver's version`,
    { cause: thrown },
  );
}

/** Says with a deadline what was waited for; any other reason to end is passed on as it is. */
export function withAwaited(reason: unknown, awaited: string): unknown {
  if (!(reason instanceof DriverError && reason.code === 'DeadlineExceeded')) return reason;
  return new DriverError(reason.code, `${reason.message}; ${awaited}`, { cause: reason });
}

/** Whatever could not be opened then, this is the fault (errno(3)). */
export function isOutOfDescriptors(thrown: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(systemCode(thrown));
}

/** `ENOSPC`-like code of a system error, or the error's class name. */
export function systemCode(error: unknown): string {
  if (error instanceof Error) {
    const { code } = error as { code?: unknown };
    return typeof code === 'string' && /^[A-Z0-9_]{2,64}$/.test(code) ? code : error.name;
  }
  return typeof error;
}
