import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Question } from '../answer.ts';
import { authorize, type Caller } from './authorization.ts';
import { certificateBundle, keyBundle, secretBundle } from './bundles.ts';
import { leafOf } from './import.ts';
import { publicJwk } from './jwk.ts';
import { badParameter, notFound, type Refusal } from './refusals.ts';
import type { Kind, VaultStore } from './store.ts';

type Json = Record<string, unknown>;

const attributes = z
  .object({ enabled: z.boolean().optional(), nbf: z.number().optional(), exp: z.number().optional() })
  .optional();
const tags = z.record(z.string(), z.string()).optional();

const secretSchema = z.object({ value: z.string(), contentType: z.string().optional(), tags, attributes });
const keySchema = z.object({
  kty: z.enum(['RSA', 'EC', 'RSA-HSM', 'EC-HSM']),
  key_size: z.number().optional(),
  crv: z.enum(['P-256', 'P-384', 'P-521']).optional(),
  tags,
  attributes,
});
const certificateSchema = z.object({
  value: z.string(),
  policy: z.object({ secret_props: z.object({ contentType: z.string() }) }).optional(),
  tags,
  attributes,
});

/**
 * What changes a vault: `PUT /secrets/x`, `POST /keys/x/create`, `POST /certificates/x/import`, `DELETE /<kind>/x`, and
 * `GET` and `DELETE /deleted<kind>/x`. Undefined when the request is none of these; an empty object stands for 204.
 */
export function change(question: Question, vault: VaultStore, caller: Caller): Json | Refusal | undefined {
  const [collection = '', name = '', rest] = question.url.pathname.slice(1).replace(/\/$/, '').split('/');
  const base = `https://${question.host}`;
  const allowed = (kind: Kind, operation: string): Refusal | undefined =>
    authorize(caller, vault, kind, operation, name);

  switch ([question.method, collection, rest].join(' ').trimEnd()) {
    case 'PUT secrets':
      return allowed('secrets', 'set') ?? setSecret(question, vault, base, name);
    case 'POST keys create':
      return allowed('keys', 'create') ?? createKey(question, vault, base, name);
    case 'POST certificates import':
      return allowed('certificates', 'import') ?? importCertificate(question, vault, base, name);
    case 'DELETE secrets':
    case 'DELETE keys':
    case 'DELETE certificates': {
      const kind = collection as Kind;
      const refused = allowed(kind, 'delete');
      if (refused) return refused;
      return vault.delete(kind, name) ? deleted(base, kind, name) : notFound(kind, name);
    }
    case 'GET deletedsecrets':
    case 'GET deletedkeys':
    case 'GET deletedcertificates': {
      const kind = collection.slice('deleted'.length) as Kind;
      const refused = allowed(kind, 'get');
      if (refused) return refused;
      return vault.isDeleted(kind, name) ? deleted(base, kind, name) : notFound(kind, name);
    }
    case 'DELETE deletedsecrets':
    case 'DELETE deletedkeys':
    case 'DELETE deletedcertificates': {
      const kind = collection.slice('deleted'.length) as Kind;
      const refused = allowed(kind, 'purge');
      if (refused) return refused;
      return vault.purge(kind, name) ? {} : notFound(kind, name);
    }
    default:
      return undefined;
  }
}

function setSecret(question: Question, vault: VaultStore, base: string, name: string): Json | Refusal {
  const body = bodyOf(question, secretSchema);
  if (isRefusal(body)) return body;
  vault.addSecret(name, body);
  const latest = vault.secrets(name).at(-1);
  return latest === undefined ? notFound('secrets', name) : secretBundle(base, name, latest);
}

function createKey(question: Question, vault: VaultStore, base: string, name: string): Json | Refusal {
  const body = bodyOf(question, keySchema);
  if (isRefusal(body)) return body;
  const { kty, key_size: modulusLength = 2048, crv = 'P-256', ...rest } = body;
  const { publicKey } = kty.startsWith('RSA')
    ? generateKeyPairSync('rsa', { modulusLength })
    : generateKeyPairSync('ec', { namedCurve: crv });
  return keyBundle(base, name, vault.addKey(name, { ...rest, key: publicJwk(publicKey, kty) }));
}

function importCertificate(
  question: Question,
  vault: VaultStore,
  base: string,
  name: string,
): Json | Refusal {
  const body = bodyOf(question, certificateSchema);
  if (isRefusal(body)) return body;
  const pem = body.policy?.secret_props.contentType === 'application/x-pem-file';
  let cer: string;
  try {
    cer = new X509Certificate(leafOf(body.value, pem)).raw.toString('base64');
  } catch (error) {
    return badParameter(`The specified certificate could not be read: ${error}`);
  }
  const certificate = vault.addCertificate(name, {
    cer,
    secret: body.value,
    contentType: pem ? 'application/x-pem-file' : 'application/x-pkcs12',
    exportable: true,
    tags: body.tags,
    attributes: body.attributes,
  });
  return certificateBundle(base, name, certificate);
}

const RETENTION_SECONDS = 7 * 86_400;

function deleted(base: string, kind: Kind, name: string): Json {
  const now = Math.floor(Date.now() / 1000);
  const id = { [kind === 'keys' ? 'kid' : 'id']: `${base}/${kind}/${name}` };
  return {
    recoveryId: `${base}/deleted${kind}/${name}`,
    deletedDate: now,
    scheduledPurgeDate: now + RETENTION_SECONDS,
    // the SDKs read a key's identifier from its JWK
    ...(kind === 'keys' ? { key: id } : id),
    attributes: { enabled: true, created: now, updated: now },
  };
}

function bodyOf<T>(question: Question, schema: z.ZodType<T>): T | Refusal {
  try {
    return schema.parse(JSON.parse(question.body.toString('utf8')));
  } catch (error) {
    return badParameter(
      error instanceof z.ZodError ? z.prettifyError(error) : 'The request body is not JSON.',
    );
  }
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'status' in value && 'code' in value;
}
