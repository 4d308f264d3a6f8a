import { createHash, X509Certificate } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import type { Directory } from '../directory.ts';
import type { Principal } from '../seed/schema.ts';
import { assertionRefusal, type EntraRefusal } from './refusals.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Checks a client assertion (RFC 7523): signed by a certificate registered for the application, or a token of an
 * issuer that one of its federated credentials trusts.
 */
export async function checkAssertion(
  form: URLSearchParams,
  principal: Principal,
  tokenEndpoints: string[],
  directory: Directory,
): Promise<EntraRefusal | undefined> {
  const assertion = form.get('client_assertion') ?? '';
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
    return assertionRefusal(
      50027,
      `JWT token is invalid or malformed: client_assertion_type must be ${ASSERTION_TYPE}.`,
    );
  }
  let claims: JWTPayload;
  try {
    claims = decodeJwt(assertion);
  } catch {
    return assertionRefusal(50027, 'JWT token is invalid or malformed.');
  }
  // An application's own assertion names itself as issuer; a federated token names the issuer that vouches for it.
  return claims.iss?.toLowerCase() === principal.clientId
    ? await checkCertificate(assertion, principal, tokenEndpoints)
    : await checkFederated(assertion, claims, principal, directory);
}

async function checkCertificate(
  assertion: string,
  principal: Principal,
  audience: string[],
): Promise<EntraRefusal | undefined> {
  const {
    x5t,
    'x5t#S256': x5tS256,
    alg,
  } = decodeProtectedHeader(assertion) as Record<string, string | undefined>;
  const registered = principal.certificates
    .map((pem) => new X509Certificate(pem))
    .find(({ raw }) => x5t === thumbprint('sha1', raw) || x5tS256 === thumbprint('sha256', raw));
  if (registered === undefined) {
    return assertionRefusal(
      700027,
      'The certificate with identifier used to sign the client assertion is not registered on application. ' +
        `[Reason - The key was not found., Thumbprint of key used by client: '${x5t ?? x5tS256 ?? ''}'.]`,
    );
  }
  return await verified(() =>
    jwtVerify(assertion, registered.publicKey, {
      algorithms: [alg === 'PS256' ? 'PS256' : 'RS256'],
      audience,
      subject: principal.clientId,
      // MSAL rounds its own clock up.
      clockTolerance: 5,
    }),
  );
}

function thumbprint(algorithm: string, der: Buffer): string {
  return createHash(algorithm).update(der).digest('base64url');
}

async function checkFederated(
  assertion: string,
  claims: JWTPayload,
  principal: Principal,
  directory: Directory,
): Promise<EntraRefusal | undefined> {
  const { iss = '', sub = '' } = claims;
  const audiences = [claims.aud ?? []].flat();
  const ofIssuer = principal.federated.filter((one) => one.issuer === iss);
  const keys = directory.issuers[iss];
  if (ofIssuer.length === 0 || keys === undefined) return noRecord(700211, `issuer '${iss}'`);
  const ofSubject = ofIssuer.filter((one) => one.subject === sub);
  if (ofSubject.length === 0) return noRecord(700213, `subject '${sub}'`);
  if (!ofSubject.some((one) => audiences.includes(one.audience)))
    return noRecord(700212, `audience '${audiences.join(', ')}'`);
  const set = createLocalJWKSet(keys as Parameters<typeof createLocalJWKSet>[0]);
  return await verified(() => jwtVerify(assertion, set));
}

function noRecord(code: number, what: string): EntraRefusal {
  return assertionRefusal(
    code,
    `No matching federated identity record found for presented assertion ${what}. Check your federated identity credential ` +
      'Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation',
  );
}

async function verified(verify: () => Promise<unknown>): Promise<EntraRefusal | undefined> {
  try {
    await verify();
    return undefined;
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      return assertionRefusal(700024, 'Client assertion is not within its valid time range.');
    }
    if (error instanceof errors.JWTClaimValidationFailed) {
      return assertionRefusal(
        700023,
        `Client assertion audience claim does not match Realm issuer (claim '${error.claim}').`,
      );
    }
    return assertionRefusal(700027, 'Client assertion failed signature validation.');
  }
}
