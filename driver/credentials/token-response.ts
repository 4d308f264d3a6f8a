import { DriverError } from '../errors.ts';
import type { AccessToken } from '../ports.ts';

/** Entra's tokens live for a day at most. */
const LONGEST_LIFE_SECONDS = 86_400;

/**
 * Reads the token fields that Entra, NMI and IMDS share (RFC 6749 section 5.1). Numbers may be strings.
 * @param from who answered, for the message
 * @throws DriverError `TokenUnavailable` when there is no usable token
 */
export function readAccessToken(fields: unknown, from: string): AccessToken {
  const { access_token: token, expires_in: expiresIn } = (fields ?? {}) as Record<string, unknown>;
  // A token goes into a header: anything but its alphabet (RFC 6750 section 2.1) is no token.
  if (typeof token !== 'string' || !/^[A-Za-z0-9._~+/=-]+$/.test(token)) {
    throw new DriverError('TokenUnavailable', `${from} answered without a usable access token`);
  }
  const known = typeof expiresIn === 'number' || typeof expiresIn === 'string';
  const seconds = known ? Number(expiresIn) : Number.NaN;
  return {
    token,
    expiresAt: Date.now() + (seconds > 0 ? Math.min(seconds, LONGEST_LIFE_SECONDS) * 1000 : 0),
  };
}

/** The document, or undefined when the text is no JSON object. */
export function parseJsonObject(text: string | null | undefined): Record<string, unknown> | undefined {
  try {
    const document: unknown = JSON.parse(text ?? '');
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? (document as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
