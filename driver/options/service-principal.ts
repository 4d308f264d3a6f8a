import type { Faults } from './faults.ts';
import type { OptionValues } from './fields.ts';
import type { ClientCredential, Identity } from './identity.ts';
import { SECRET_KEY_PREFIX, secretKeys } from './keys.ts';
import { readSecretBytes, readSecretKey } from './secret-key.ts';

type Raw = Readonly<Record<string, string>>;

/** The service principal of the referenced Secret; undefined, with faults added, when it is not whole. */
export function readServicePrincipal(values: OptionValues, raw: Raw, faults: Faults): Identity | undefined {
  const has = (key: string) => raw[`${SECRET_KEY_PREFIX}${key}`] !== undefined;
  const missing = [
    ...(has(secretKeys.clientId) || values.clientid !== undefined ? [] : [secretKeys.clientId]),
    ...(has(secretKeys.clientSecret) || has(secretKeys.clientCertificate) ? [] : [secretKeys.clientSecret]),
  ];
  if (missing.length > 0) {
    faults.add(
      'secretRef',
      `names no Secret with the key ${missing.join(' and ')}; name one of type azure/kv that has it, or set usepodidentity, usevmmanagedidentity or useworkloadidentity to "true"`,
    );
  }
  const clientId = readClientId(values, raw, faults);
  const credential = readCredential(raw, has, faults);
  if (clientId === undefined || credential === undefined) return undefined;
  const region = values.region?.replaceAll(' ', '').toLowerCase();
  return { kind: 'service-principal', tenant: values.tenantid, clientId, credential, region };
}

/** A client id is no secret, so it may be an option; it may stand in both places when it is the same. */
function readClientId({ clientid }: OptionValues, raw: Raw, faults: Faults): string | undefined {
  const ofSecret = readSecretKey(raw, secretKeys.clientId, faults);
  if (ofSecret !== undefined && !/^[0-9A-Za-z-]{1,64}$/.test(ofSecret)) {
    faults.add(
      'secretRef',
      `the Secret's key ${secretKeys.clientId} must be the client id of a service principal (a GUID)`,
    );
  }
  if (clientid !== undefined && ofSecret !== undefined && clientid.toLowerCase() !== ofSecret.toLowerCase()) {
    faults.add('clientid', `is another one than the Secret's key ${secretKeys.clientId}; keep one of them`);
  }
  return clientid ?? ofSecret;
}

function readCredential(
  raw: Raw,
  has: (key: string) => boolean,
  faults: Faults,
): ClientCredential | undefined {
  const { clientSecret, clientCertificate, clientCertificatePassword } = secretKeys;
  if (has(clientSecret) && has(clientCertificate)) {
    faults.add('secretRef', `the Secret has both ${clientSecret} and ${clientCertificate}; keep one of them`);
    return undefined;
  }
  if (has(clientCertificatePassword) && !has(clientCertificate)) {
    faults.add('secretRef', `the Secret has ${clientCertificatePassword}, but no ${clientCertificate}`);
  }
  if (has(clientCertificate)) {
    const bytes = readSecretBytes(raw, clientCertificate, faults);
    // A password may be empty: some programs protect PKCS#12 with an empty one.
    const password = raw[`${SECRET_KEY_PREFIX}${clientCertificatePassword}`]
      ? readSecretKey(raw, clientCertificatePassword, faults)
      : undefined;
    return bytes && { kind: 'certificate', bytes, password };
  }
  const secret = readSecretKey(raw, clientSecret, faults);
  return secret === undefined ? undefined : { kind: 'secret', secret };
}
