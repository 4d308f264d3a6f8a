import * as z from 'zod';
import type { CredentialOnWire, Question } from '../../driver/agent/protocol.ts';
import type { ClientCredential, Identity } from '../../driver/options/identity.ts';
import { MAX_ITEMS, objectTypes } from '../../driver/options/items.ts';

/** Everything a driver may ask, checked again: what is built from it are host names, paths and credentials. */

const text = z.string().max(2048);
const vault = z.string().regex(/^[0-9A-Za-z-]{3,24}$/);
const guidOrDomain = z
  .string()
  .max(253)
  .regex(/^[0-9A-Za-z.-]+$/);

const credential = z.union([
  z.strictObject({ kind: z.literal('secret'), secret: z.string().max(131_072) }),
  z.strictObject({
    kind: z.literal('certificate'),
    base64: z.string().max(262_144),
    password: z.string().max(131_072).optional(),
  }),
]);

const assignment = z.union([
  z.strictObject({ kind: z.literal('system') }),
  z.strictObject({ kind: z.enum(['client-id', 'object-id', 'resource-id']), id: text }),
]);

const identity = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('service-principal'),
    tenant: guidOrDomain.optional(),
    clientId: text,
    credential,
    region: z
      .string()
      .regex(/^[0-9a-z]{1,64}$/)
      .optional(),
  }),
  z.strictObject({ kind: z.literal('pod-identity'), nmiPort: z.number().int().min(1).max(65_535) }),
  z.strictObject({ kind: z.literal('managed-identity'), assignment }),
  z.strictObject({ kind: z.literal('workload-identity'), tenant: guidOrDomain.optional(), clientId: text }),
]);

const source = z.union([
  z.strictObject({
    kind: z.literal('named'),
    name: z.string().regex(/^[0-9A-Za-z-]{1,127}$/),
    version: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
    file: z.string().max(4096),
  }),
  z.strictObject({
    kind: z.literal('selection'),
    name: text.optional(),
    tags: z.record(text, text),
    directory: z.string().max(4096).optional(),
  }),
]);

const item = z.strictObject({
  origin: text,
  type: z.enum(objectTypes),
  vault,
  fallbackVault: vault.optional(),
  source,
  optional: z.boolean(),
});

const readQuestion = z.strictObject({
  version: z.number(),
  ask: z.literal('read'),
  request: z.strictObject({
    pod: z.strictObject({ name: text, namespace: text, uid: text, serviceAccountName: text }),
    identity,
    cloud: text,
    items: z.array(item).max(MAX_ITEMS),
    startStaleMs: z
      .number()
      .int()
      .min(0)
      .max(7 * 86_400_000)
      .optional(),
  }),
  federatedToken: z
    .strictObject({ token: z.string().max(65_536), issuer: text, subject: text, audience: text })
    .optional(),
  deadline: z.strictObject({ milliseconds: z.number().max(120_000), message: text }),
  environment: z.strictObject({
    proxy: z.strictObject({
      httpsProxy: z.string().max(8192).optional(),
      noProxy: z.array(z.string().max(1024)).max(4096).optional(),
    }),
  }),
});

/** @returns undefined when it is no question of this version of the protocol */
export function parseQuestion(message: unknown): Question | undefined {
  const result = readQuestion.safeParse(message);
  return result.success ? (result.data as Question) : undefined;
}

export function identityOf(sent: Question['request']['identity']): Identity {
  return sent.kind === 'service-principal' ? { ...sent, credential: credentialOf(sent.credential) } : sent;
}

function credentialOf(sent: CredentialOnWire): ClientCredential {
  if (sent.kind === 'secret') return sent;
  return {
    kind: 'certificate',
    bytes: new Uint8Array(Buffer.from(sent.base64, 'base64')),
    password: sent.password,
  };
}
