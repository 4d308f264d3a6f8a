import { z } from 'zod';
import { type Answer, type Handler, json, type Question } from './answer.ts';
import type { Mock } from './mock.ts';
import {
  federatedCredentialsSchema,
  issuersSchema,
  permissionsSchema,
  podIdentitiesSchema,
} from './seed/schema.ts';

const secretSchema = z.strictObject({
  value: z.string(),
  contentType: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  version: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  attributes: z
    .strictObject({ enabled: z.boolean().optional(), nbf: z.number().optional(), exp: z.number().optional() })
    .optional(),
});

/** Newest first. */
const apiVersionsSchema = z.array(z.string()).min(1);

const tokenSchema = z.strictObject({
  lifetimeSeconds: z.number().int().optional(),
  aheadSeconds: z.number().int().optional(),
});

type Operation = (mock: Mock, body: unknown, parts: string[]) => unknown;

/** `METHOD path`, where `:x` stands for one part, handed over in order. Bodies and answers are JSON. */
const OPERATIONS: Record<string, Operation> = {
  'GET /requests': (mock) => mock.requests(),
  'DELETE /requests': (mock) => mock.clearRequests(),
  'GET /counts': (mock) => mock.counts(),
  'PUT /faults': (mock, body) => mock.setFaults(Array.isArray(body) ? { rules: body } : (body as object)),
  'DELETE /faults': (mock) => mock.clearFaults(),
  'POST /reset': (mock) => mock.reset(),
  'PUT /tokens': (mock, body) => {
    Object.assign(mock.directory.tokens, defined(tokenSchema.parse(body)));
  },
  'PUT /api-versions': (mock, body) => {
    mock.directory.apiVersions = apiVersionsSchema.parse(body);
  },
  'PUT /pod-identities': (mock, body) => {
    mock.directory.podIdentities = podIdentitiesSchema.parse(body);
  },
  'PUT /issuers': (mock, body) => {
    Object.assign(mock.directory.issuers, issuersSchema.parse(body));
  },
  'PUT /principals/:principal/federated': (mock, body, [name = '']) => {
    const principal = mock.directory.principal(name);
    if (principal === undefined) throw new Missing(`no principal '${name}'`);
    principal.federated = federatedCredentialsSchema.parse(body);
  },
  'PUT /vaults/:vault/secrets/:name': (mock, body, [vault = '', name = '']) => {
    const { attributes, ...secret } = secretSchema.parse(body);
    const version = vaultOf(mock, vault).addSecret(name, {
      ...secret,
      attributes: attributes && defined(attributes),
    });
    return { version };
  },
  'PUT /vaults/:vault/permissions/:principal': (mock, body, [vault = '', principal = '']) =>
    vaultOf(mock, vault).setPermissions(principal, permissionsSchema.parse(body)),
  ...Object.fromEntries(
    (['secrets', 'keys', 'certificates'] as const).map((kind): [string, Operation] => [
      `DELETE /vaults/:vault/${kind}/:name`,
      (mock, _body, [vault = '', name = '']) => {
        if (!vaultOf(mock, vault).delete(kind, name))
          throw new Missing(`vault '${vault}' has none of the name '${name}' in ${kind}`);
      },
    ]),
  ),
};

/** The test's own door to the mock: plain HTTP, no authentication, never in the journal. */
export function control(mock: Mock): Handler {
  return (question) => {
    const found = operationOf(question);
    if (found === undefined)
      return json(404, { error: `no such operation; there are: ${Object.keys(OPERATIONS).join(', ')}` });
    try {
      const text = question.body.toString('utf8');
      const result = found.operation(mock, text === '' ? undefined : JSON.parse(text), found.parts);
      return json(200, result ?? {});
    } catch (error) {
      return refusal(error);
    }
  };
}

class Missing extends Error {}

function refusal(error: unknown): Answer {
  if (error instanceof Missing) return json(404, { error: error.message });
  if (error instanceof z.ZodError) return json(400, { error: z.prettifyError(error) });
  return json(400, { error: String(error) });
}

function operationOf({ method, url }: Question): { operation: Operation; parts: string[] } | undefined {
  for (const [pattern, operation] of Object.entries(OPERATIONS)) {
    const [verb, path = ''] = pattern.split(' ');
    const match = new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`).exec(url.pathname);
    if (verb === method && match !== null)
      return { operation, parts: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}

function vaultOf(mock: Mock, name: string): NonNullable<ReturnType<Mock['directory']['vault']>> {
  const vault = mock.directory.vault(name);
  if (vault === undefined) throw new Missing(`no vault '${name}'`);
  return vault;
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
