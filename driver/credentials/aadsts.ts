/**
 * Codes of the token service whose cause somebody can mend, and how.
 * Source: Microsoft Entra, "AADSTS error codes".
 */
const wayOut: Readonly<Record<string, string>> = {
  AADSTS7000215:
    'the client secret is wrong; put the secret value (not its id) into key clientsecret of the Secret',
  AADSTS7000222: 'the client secret has expired; put a new one into key clientsecret of the Secret',
  AADSTS700027:
    'the application does not know the certificate; upload the public part of key clientcertificate to it',
  AADSTS1000502: 'the certificate has expired; put a new one into key clientcertificate of the Secret',
  AADSTS700024: "the proof is not valid at this time; check the node's clock",
  AADSTS700016: 'the tenant knows no application with this client id; check clientid and tenantid',
  AADSTS7000229: 'the application has no service principal in the tenant; create one, or check tenantid',
  AADSTS90002: 'there is no such tenant; check tenantid and cloudname',
  AADSTS900023: 'tenantid is not a tenant id',
  AADSTS50034: 'the tenant knows no such account; check clientid and tenantid',
  AADSTS7000112: 'the application is disabled in the tenant',
  AADSTS500011: "the tenant has no Key Vault of this cloud; check that tenantid is the vault's tenant",
  AADSTS53003: 'a Conditional Access policy of the tenant blocks it; let it through from this node',
};

/** How a refusal with this code is mended; undefined when there is nothing to say. */
export function wayOutOf(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(wayOut, code) ? wayOut[code] : undefined;
}

/** The code that a description begins with: Entra's AADSTS, or MSIS of an AD FS. */
export function codeIn(description: unknown): string | undefined {
  return /^(AADSTS\d{4,9}|MSIS\d{3,6})\b/.exec(String(description ?? ''))?.[0];
}
