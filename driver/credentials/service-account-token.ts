/** What a service account's token says of itself. It is not verified here: whoever is asked to trust it does that. */
export interface ServiceAccountToken {
  readonly token: string;
  readonly audiences: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly issuer: string;
  readonly subject: string;
  readonly namespace: string;
  readonly serviceAccountName: string;
  readonly podUid: string;
}

/**
 * Reads the claims of a token that Kubernetes issued for a pod: a JWT with the private claim `kubernetes.io`.
 * Source: Kubernetes, pkg/serviceaccount/claims.go. Undefined when the text is none.
 */
export function readServiceAccountToken(text: string): ServiceAccountToken | undefined {
  const token = text.trim();
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token)?.[1];
  const claims = payload === undefined ? undefined : parseObject(payload);
  const kubernetes = objectOf(claims?.['kubernetes.io']);
  if (claims === undefined || kubernetes === undefined) return undefined;
  const { aud, exp, iss, sub } = claims;
  if (typeof exp !== 'number') return undefined;
  return {
    token,
    audiences: [aud].flat().filter((one): one is string => typeof one === 'string'),
    expiresAt: exp * 1000,
    issuer: shown(iss),
    subject: shown(sub),
    namespace: shown(kubernetes['namespace']),
    serviceAccountName: shown(objectOf(kubernetes['serviceaccount'])?.['name']),
    podUid: shown(objectOf(kubernetes['pod'])?.['uid']),
  };
}

function parseObject(base64url: string): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** These claims are compared and shown, so they are of printable ASCII and bounded, or empty. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[!-~]{1,512}$/.test(value) ? value : '';
}
