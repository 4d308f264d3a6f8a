/** Tokens and assertions are accepted with this much difference (Microsoft Entra, token validation). */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Says how far the node's clock is from a service's, when that is too far: `the node's clock is 12 minutes behind`.
 * @param date the Date header of an answer (RFC 9110 section 6.6.1)
 */
export function describeClockSkew(date: string | undefined, now = Date.now()): string | undefined {
  const ahead = now - Date.parse(date ?? '');
  if (!(Math.abs(ahead) > TOLERANCE_MS)) return undefined;
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  return `the node's clock is ${minutes} minutes ${ahead > 0 ? 'ahead' : 'behind'}`;
}
