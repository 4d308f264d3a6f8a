/** The form fields of a client assertion (RFC 7523 section 2.2). */
export function assertionFields(assertion: string): Readonly<Record<string, string>> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
}
