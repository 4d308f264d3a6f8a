import { z } from 'zod';

const attributes = z.strictObject({
  enabled: z.boolean(),
  nbf: z.number().int().optional(),
  exp: z.number().int().optional(),
  created: z.number().int(),
  updated: z.number().int(),
});

const versioned = {
  version: z.string().regex(/^[0-9a-f]{32}$/),
  attributes,
  tags: z.record(z.string(), z.string()).optional(),
};

const secretVersion = z.strictObject({
  ...versioned,
  value: z.string(),
  contentType: z.string().optional(),
});

/** `key` is the public JWK as the service shows it, without `kid`: `{kty, key_ops, n, e}` or `{kty, key_ops, crv, x, y}`. */
const keyVersion = z.strictObject({ ...versioned, key: z.looseObject({ kty: z.string() }) });

/** `cer`: DER in base64. `secret`: what the linked secret holds (base64 PKCS#12 without password, or PEM). */
const certificateVersion = z.strictObject({
  ...versioned,
  cer: z.base64(),
  contentType: z.enum(['application/x-pkcs12', 'application/x-pem-file']),
  secret: z.string(),
  exportable: z.boolean(),
});

const permissions = z.strictObject({
  secrets: z.array(z.string()).optional(),
  keys: z.array(z.string()).optional(),
  certificates: z.array(z.string()).optional(),
});

const vault = z.strictObject({
  name: z.string(),
  tenant: z.string(),
  location: z.string(),
  authorization: z.enum(['policies', 'rbac']),
  permissions: z.record(z.string(), permissions),
  secrets: z.record(z.string(), z.array(secretVersion)),
  keys: z.record(z.string(), z.array(keyVersion)),
  certificates: z.record(z.string(), z.array(certificateVersion)),
});

const cloud = z.strictObject({
  name: z.string(),
  /** Host names of the token endpoint, the first one being named in challenges; `*.` stands for one label (a region). */
  authorities: z.array(z.string()).min(1),
  /** Issuer of tokens up to the tenant: `https://sts.windows.net`. */
  issuer: z.string(),
  vaultSuffix: z.string(),
  resource: z.string(),
  otherResources: z.array(z.string()),
});

const federatedCredential = z.strictObject({
  issuer: z.string(),
  subject: z.string(),
  audience: z.string(),
});

const principal = z.strictObject({
  name: z.string(),
  kind: z.enum(['application', 'managed-identity']),
  tenant: z.string(),
  clientId: z.string(),
  objectId: z.string(),
  resourceId: z.string().optional(),
  secrets: z.array(z.string()),
  /** PEM certificates registered for client assertions. */
  certificates: z.array(z.string()),
  federated: z.array(federatedCredential),
});

const podIdentity = z.strictObject({
  namespace: z.string(),
  /** Glob over the pod's name; the first matching entry decides. */
  pod: z.string(),
  /** Name of the principal; null = no identity assigned. */
  principal: z.string().nullable(),
});

const jwk = z.looseObject({ kty: z.string() });
const jwks = z.strictObject({ keys: z.array(jwk) });

export const seedSchema = z.strictObject({
  /** Private JWK that signs every token; shared so that tokens of one process are accepted by another. */
  signingKey: z.looseObject({ kty: z.literal('RSA'), kid: z.string() }),
  clouds: z.array(cloud).min(1),
  tenants: z.array(z.strictObject({ id: z.string(), domain: z.string() })),
  principals: z.array(principal),
  /** JWKS of the issuers whose tokens federated credentials accept. */
  issuers: z.record(z.string(), jwks),
  podIdentities: z.array(podIdentity),
  imds: z.strictObject({ system: z.string().nullable(), user: z.array(z.string()) }),
  vaults: z.array(vault),
  /** Private halves that a test's client needs: the certificate application's key (PKCS#8 PEM) and the federated issuer's JWK. */
  clients: z.strictObject({ certificateKey: z.string(), federatedKey: jwk }),
});

export const podIdentitiesSchema = z.array(podIdentity);
export const permissionsSchema = permissions;
export const federatedCredentialsSchema = z.array(federatedCredential);
export const issuersSchema = z.record(z.string(), jwks);

export type Seed = z.infer<typeof seedSchema>;
export type SeedVault = z.infer<typeof vault>;
export type Cloud = z.infer<typeof cloud>;
export type Principal = z.infer<typeof principal>;
export type PodIdentity = z.infer<typeof podIdentity>;
export type Permissions = z.infer<typeof permissions>;
export type FederatedCredential = z.infer<typeof federatedCredential>;
export type ObjectAttributes = z.infer<typeof attributes>;
export type SecretVersion = z.infer<typeof secretVersion>;
export type KeyVersion = z.infer<typeof keyVersion>;
export type CertificateVersion = z.infer<typeof certificateVersion>;
