import { createHash, X509Certificate } from 'node:crypto';
import type { CertificateVersion, KeyVersion, ObjectAttributes, SecretVersion } from '../seed/schema.ts';
import type { Kind, Managed } from './store.ts';

// Shapes and field orders of the service's answers (recordings of api-version 7.3). `base` is `https://<vault host>`.

const RECOVERY = { recoveryLevel: 'CustomizedRecoverable+Purgeable', recoverableDays: 7 };

type Json = Record<string, unknown>;

function attributes(of: ObjectAttributes, recovery = true): Json {
  const { enabled, nbf, exp, created, updated } = of;
  return {
    enabled,
    ...(nbf === undefined ? {} : { nbf }),
    ...(exp === undefined ? {} : { exp }),
    created,
    updated,
    ...(recovery ? RECOVERY : {}),
  };
}

function given(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function secretBundle(base: string, name: string, secret: Managed<SecretVersion>): Json {
  return given({
    value: secret.value,
    contentType: secret.contentType,
    id: `${base}/secrets/${name}/${secret.version}`,
    managed: secret.managed,
    attributes: attributes(secret.attributes),
    kid: secret.managed && `${base}/keys/${name}/${secret.version}`,
    tags: secret.tags,
  });
}

export function keyBundle(base: string, name: string, key: Managed<KeyVersion>): Json {
  return given({
    key: { kid: `${base}/keys/${name}/${key.version}`, ...key.key },
    attributes: attributes(key.attributes),
    tags: key.tags,
    managed: key.managed,
  });
}

export function certificateBundle(base: string, name: string, certificate: CertificateVersion): Json {
  return given({
    id: `${base}/certificates/${name}/${certificate.version}`,
    kid: `${base}/keys/${name}/${certificate.version}`,
    sid: `${base}/secrets/${name}/${certificate.version}`,
    x5t: thumbprint(certificate),
    cer: certificate.cer,
    attributes: attributes(certificate.attributes),
    tags: certificate.tags,
    policy: policyBundle(base, name, certificate),
    pending: { id: `${base}/certificates/${name}/pending` },
  });
}

export function policyBundle(base: string, name: string, certificate: CertificateVersion): Json {
  const x509 = new X509Certificate(Buffer.from(certificate.cer, 'base64'));
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
  const rsa = asymmetricKeyType === 'rsa';
  const { enabled, created, updated } = certificate.attributes;
  return {
    id: `${base}/certificates/${name}/policy`,
    key_props: {
      exportable: certificate.exportable,
      kty: rsa ? 'RSA' : 'EC',
      key_size: rsa ? asymmetricKeyDetails?.modulusLength : 256,
      reuse_key: false,
      ...(rsa ? {} : { crv: 'P-256' }),
    },
    secret_props: { contentType: certificate.contentType },
    x509_props: {
      subject: x509.subject.split('\n').join(', '),
      ekus: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
      key_usage: ['digitalSignature', 'keyEncipherment'],
      validity_months: 240,
      basic_constraints: { ca: false },
    },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } }],
    issuer: { name: 'Unknown' },
    attributes: { enabled, created, updated },
  };
}

/** An item of a list; `version` is left out where the list is one of names. */
export function listItem(
  base: string,
  kind: Kind,
  name: string,
  item: Managed<SecretVersion> | Managed<KeyVersion> | CertificateVersion,
  withVersion: boolean,
): Json {
  const id = [base, kind, name, ...(withVersion ? [item.version] : [])].join('/');
  if ('cer' in item) {
    return given({
      id,
      x5t: thumbprint(item),
      attributes: attributes(item.attributes, false),
      tags: item.tags,
      subject: '',
    });
  }
  const rest = { attributes: attributes(item.attributes), tags: item.tags };
  if ('key' in item) return given({ kid: id, ...rest, managed: item.managed });
  return given({ contentType: item.contentType, id, managed: item.managed, ...rest });
}

/** SHA-1 of the DER, base64url. */
function thumbprint(certificate: CertificateVersion): string {
  return createHash('sha1').update(Buffer.from(certificate.cer, 'base64')).digest('base64url');
}
