import { createSecureContext, type SecureContext } from 'node:tls';
import { type Issued, issue } from '../issue.ts';
import { day } from '../seed/identifiers.ts';

/** What may be wrong with the certificate that a host shows. */
export type CertificateFault =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-host'
  | 'unknown-authority'
  | 'self-signed';

/** Hosts that show a wrong certificate. */
export interface FaultyCertificates {
  /** PEM of an authority to be trusted, so that nothing but the fault itself is wrong. */
  ca: string;
  /** TLS servers' SNICallback; without a context the server shows its own certificate. */
  choose(host: string, callback: (error: Error | null, context?: SecureContext) => void): void;
}

/** Makes the certificates of these hosts, given by name. */
export async function faultyCertificates(
  faults: Readonly<Record<string, CertificateFault>>,
): Promise<FaultyCertificates> {
  const trusted = await authority('Mock Azure Faults CA');
  const unknown = await authority('Mock Azure Unknown CA');
  const contexts = new Map<string, SecureContext>();
  for (const [host, fault] of Object.entries(faults)) {
    const { pem, keyPem } = await certificateOf(host.toLowerCase(), fault, trusted, unknown);
    contexts.set(host.toLowerCase(), createSecureContext({ cert: pem, key: keyPem }));
  }
  return {
    ca: trusted.pem,
    choose: (host, callback) => callback(null, contexts.get(host.toLowerCase())),
  };
}

function certificateOf(
  host: string,
  fault: CertificateFault,
  trusted: Issued,
  unknown: Issued,
): Promise<Issued> {
  const leaf = { algorithm: 'ec' as const, hosts: [host], issuer: trusted };
  const year = 365;
  switch (fault) {
    case 'expired':
      return issue('CN=Mock Azure', { ...leaf, validity: [day(0), day(1)] });
    case 'not-yet-valid':
      return issue('CN=Mock Azure', { ...leaf, validity: [day(100 * year), day(101 * year)] });
    case 'wrong-host':
      return issue('CN=Mock Azure', { ...leaf, hosts: [`elsewhere.${host}`] });
    case 'unknown-authority':
      return issue('CN=Mock Azure', { ...leaf, issuer: unknown });
    case 'self-signed':
      return issue('CN=Mock Azure', { algorithm: 'ec', hosts: [host] });
  }
}

function authority(name: string): Promise<Issued> {
  return issue(`CN=${name}`, { algorithm: 'ec', authority: true });
}
