import { constants, type KeyObject, randomUUID, sign, type X509Certificate } from 'node:crypto';

/** A private key and the certificate of it that is registered with the application. */
export interface ClientCertificate {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

/** Valid so long before and after the node's now: its clock may be wrong by that, and no assertion may live for over 10 minutes. */
const HALF_LIFE_SECONDS = 295;

/**
 * The assertion by which an application proves that it has the key of its certificate: a JWT signed with PS256.
 * Source: Microsoft identity platform, "Certificate credentials"; the thumbprint of AD FS is the older one, and so is
 * its signature.
 * @param audience the token endpoint that it is for
 */
export function signAssertion(
  { key, certificate }: ClientCertificate,
  clientId: string,
  audience: string,
): string {
  const adfs = audience.endsWith('/adfs/oauth2/token');
  const header = adfs
    ? { alg: 'RS256', typ: 'JWT', x5t: thumbprint(certificate.fingerprint) }
    : { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint(certificate.fingerprint256) };
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    iat: now,
    nbf: now - HALF_LIFE_SECONDS,
    exp: now + HALF_LIFE_SECONDS,
  };
  const signed = `${encode(header)}.${encode(payload)}`;
  const padding = adfs
    ? { padding: constants.RSA_PKCS1_PADDING }
    : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...padding }).toString('base64url')}`;
}

function encode(part: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** From `AB:CD:…`. */
function thumbprint(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
}
