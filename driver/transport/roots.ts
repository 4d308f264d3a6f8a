/** The runtime's own authorities and those of a bundle, as one text: Bun parses a list anew for each connection. */
export async function rootsAnd(caBundle: string): Promise<string> {
  // Loaded here: it takes 2 ms, and few call-outs need it.
  const { rootCertificates } = await import('node:tls');
  return `${rootCertificates.join('\n')}\n${caBundle}`;
}
