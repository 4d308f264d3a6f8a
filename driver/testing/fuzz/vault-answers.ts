import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import fc from 'fast-check';
import { parseJsonObject, readAccessToken } from '../../credentials/token-response.ts';
import { DriverError } from '../../errors.ts';
import { objectBytes } from '../../forms/object-bytes.ts';
import { ask, named, readerOf, selection, VERSION } from '../../keyvault/testing/fake-vaults.ts';
import { legacyForms, type ObjectType } from '../../options/items.ts';
import { area, CANARY } from './area.ts';
import { json, nearlyText, objectOf, text } from './hostile.ts';

/** Some answers ask for a pause, as 429 does: it must end with the call-out. */
const DEADLINE_MS = 1500;
const ORIGIN = 'https://shop-vault.vault.azure.net';
const collections = { secret: 'secrets', key: 'keys', cert: 'certificates' } as const;

const good = (type: ObjectType) => ({
  id: `${ORIGIN}/${collections[type]}/thing/${VERSION}`,
  value: CANARY,
  contentType: 'text/plain',
  cer: 'MAAA',
  key: {
    kid: `${ORIGIN}/keys/thing/${VERSION}`,
    kty: 'RSA',
    n: 'AQAB',
    e: 'AQAB',
    crv: 'P-256',
    x: 'AA',
    y: 'AA',
  },
  attributes: { enabled: true, created: 1, updated: 2, exp: 3, nbf: 4, recoveryLevel: 'Purgeable' },
  tags: { a: 'b' },
});
const page = {
  value: [{ id: `${ORIGIN}/secrets/thing`, attributes: { enabled: true }, tags: {} }],
  nextLink: null,
};
const field = fc.oneof(
  fc.constantFrom('id', 'kid', 'value', 'cer', 'key', 'attributes', 'tags', 'nextLink', 'error'),
  text,
);
const fieldValue = fc.oneof(
  text,
  json,
  fc.constantFrom<unknown>(
    'https://attacker.example/secrets/thing/0123456789abcdef0123456789abcdef',
    `${ORIGIN}/secrets/../../x`,
    `${ORIGIN}@attacker.example/secrets?$skiptoken=1`,
    '//attacker.example/secrets',
    { code: 'SecretNotFound', message: CANARY },
    { code: CANARY, message: CANARY, innererror: { code: 'SecretDisabled' } },
    1e308,
    -1,
  ),
);
const changes = fc.array(fc.tuple(field, fieldValue), { maxLength: 3 });
const headers = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'content-type',
        'retry-after',
        'retry-after-ms',
        'location',
        'www-authenticate',
        'date',
        'x-ms-request-id',
      ),
      // A header of HTTP is no text with line ends; the runtime refuses those before the driver sees them.
      fc.oneof(
        fc.constantFrom(
          'application/json',
          'text/html',
          '0',
          '-1',
          '1e9',
          'https://attacker.example/',
          `Bearer ${CANARY}`,
        ),
        fc.string({ maxLength: 30 }),
      ),
    ),
    { maxLength: 3 },
  )
  .map((entries) => Object.fromEntries(entries));

const answer = (type: ObjectType) =>
  fc.record({
    status: fc.oneof(
      { weight: 5, arbitrary: fc.constant(200) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(201, 204, 301, 302, 307, 308, 400, 401, 403, 404, 409, 410, 429, 500, 503),
      },
      { weight: 1, arbitrary: fc.integer({ min: 100, max: 999 }) },
    ),
    headers,
    body: fc.oneof(
      {
        weight: 5,
        arbitrary: changes.map((entries) => JSON.stringify({ ...good(type), ...objectOf(entries) })),
      },
      { weight: 2, arbitrary: changes.map((entries) => JSON.stringify({ ...page, ...objectOf(entries) })) },
      { weight: 2, arbitrary: nearlyText(JSON.stringify(good(type)), JSON.stringify(page)) },
      { weight: 1, arbitrary: json.map((document) => JSON.stringify(document)) },
      { weight: 1, arbitrary: text },
    ),
  });
const exchanges = fc.constantFrom<ObjectType>('secret', 'key', 'cert').chain((type) =>
  fc.record({
    type: fc.constant(type),
    answers: fc.array(answer(type), { minLength: 1, maxLength: 3 }),
    selects: fc.boolean(),
  }),
);

export const vaultAnswersArea = area('vault answers', exchanges, async ({ type, answers, selects }) => {
  let turn = 0;
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new DriverError('DeadlineExceeded', 'too late')),
    DEADLINE_MS,
  );
  const vault: HttpClient = {
    async sendRequest(request: PipelineRequest) {
      const { origin } = new URL(request.url);
      if (origin !== ORIGIN) throw new Error(`asked ${origin}`);
      const next = answers[Math.min(turn++, answers.length - 1)];
      if (next === undefined || turn > 300) throw new Error('asked without end');
      return {
        request,
        status: next.status,
        headers: createHttpHeaders({ 'content-type': 'application/json', ...next.headers }),
        bodyAsText: next.body,
      };
    },
  };
  const item = selects ? selection('*', { type }) : named('thing', { type });
  const found = await readerOf(vault, { timeLeft: DEADLINE_MS })
    .read(await ask(item), deadline.signal)
    .finally(() => clearTimeout(timer));
  for (const { content, name } of found.flat()) {
    if (!/^[0-9A-Za-z-]{1,127}$/.test(name)) throw new Error(`a file named ${JSON.stringify(name)}`);
    if (!(await bytesOf(content, type))) throw new Error('no bytes');
  }
});

async function bytesOf(content: Parameters<typeof objectBytes>[0], type: ObjectType): Promise<boolean> {
  return (await objectBytes(content, legacyForms[type], undefined)) instanceof Uint8Array;
}

const tokenAnswers = fc.oneof(
  fc
    .array(
      fc.tuple(
        fc.oneof(fc.constantFrom('access_token', 'expires_in', 'token', 'error'), text),
        fc.oneof(text, json),
      ),
      { maxLength: 3 },
    )
    .map((entries) =>
      JSON.stringify(objectOf([['access_token', 'abc.def'], ['expires_in', '3600'], ...entries])),
    ),
  nearlyText('{"access_token":"eyJ0.e30.c2ln","expires_in":3599,"token_type":"Bearer"}'),
  text,
);
export const tokenAnswersArea = area('token answers', tokenAnswers, (body) => {
  const { token, expiresAt } = readAccessToken(parseJsonObject(body), 'the token endpoint');
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('a token that is no header');
  if (!Number.isFinite(expiresAt)) throw new DriverError('Internal', 'a token without an end');
});
