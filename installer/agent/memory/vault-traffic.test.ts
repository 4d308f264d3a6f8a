import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { expect, test } from 'vitest';
import { Flights } from './flights.ts';
import { VaultBudget } from './vault-budget.ts';
import { VaultTraffic } from './vault-traffic.ts';

type Answer = readonly [status: number, headers?: Readonly<Record<string, string>>];

/** A vault that answers in turn, the last answer for ever; requests are noted by token and path. */
function vaultThat(answers: readonly Answer[], { keeps = true } = {}) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const refused: string[] = [];
  const counted: unknown[] = [];
  const client: HttpClient = {
    async sendRequest(request): Promise<PipelineResponse> {
      const [status, headers = {}] = answers[Math.min(asked.length, answers.length - 1)] ?? [500];
      asked.push(`${request.headers.get('authorization') ?? 'nobody'} ${new URL(request.url).pathname}`);
      await new Promise((resolve, reject) => {
        setImmediate(resolve);
        request.abortSignal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
      return { request, status, headers: createHttpHeaders(headers), bodyAsText: `answer ${asked.length}` };
    },
  };
  const now = () => clock.now;
  const traffic = new VaultTraffic({
    flights: new Flights(now),
    budget: new VaultBudget(100, now),
    now,
    keeps,
    latestMs: 30_000,
    // Two tokens of one identity, and others.
    identityOf: (token) => (token.startsWith('mine') ? 'me' : token === 'theirs' ? 'them' : undefined),
    refused: (token) => refused.push(token),
    counted: (...what) => counted.push(what),
  });
  const through = traffic.through(client);
  const requestOf = (token: string, path = '/secrets/db', abortSignal?: AbortSignal) =>
    createPipelineRequest({
      url: `https://shop.vault.azure.net${path}`,
      headers: createHttpHeaders({ authorization: `Bearer ${token}` }),
      ...(abortSignal && { abortSignal }),
    });
  const ask = (...request: Parameters<typeof requestOf>) => through.sendRequest(requestOf(...request));
  const askSince = (since: number, ...request: Parameters<typeof requestOf>) =>
    traffic
      .through(client, { since: () => since, refusalsSince: () => since })
      .sendRequest(requestOf(...request));
  return { clock, asked, refused, counted, through, requestOf, ask, askSince };
}

test('what an identity asks for twice at once is asked once, by whichever of its tokens', async () => {
  const { asked, ask } = vaultThat([[200]]);
  const both = await Promise.all([ask('mine-1'), ask('mine-2')]);
  expect(asked).toEqual(['Bearer mine-1 /secrets/db']);
  expect(both.map((answer) => answer.bodyAsText)).toEqual(['answer 1', 'answer 1']);
});

test.each([
  ['another identity', 'theirs', '/secrets/db'],
  ['a token of which nothing is known', 'unknown', '/secrets/db'],
  ['another object', 'mine-1', '/secrets/other'],
])('%s is asked for by itself', async (_, token, path) => {
  const { asked, ask } = vaultThat([[200]]);
  await Promise.all([ask('mine-1'), ask(token, path)]);
  expect(asked).toHaveLength(2);
});

test('two unknown tokens share nothing', async () => {
  const { asked, ask } = vaultThat([[403]]);
  await ask('unknown-1');
  await ask('unknown-2');
  expect(asked).toHaveLength(2);
});

test('an answer that served is not kept: that is for those who understand it', async () => {
  const { asked, ask } = vaultThat([[200]]);
  await ask('mine-1');
  await ask('mine-1');
  expect(asked).toHaveLength(2);
});

test.each([403, 404])('HTTP %d is remembered for a few seconds, for this identity alone', async (status) => {
  const { clock, asked, ask } = vaultThat([[status]]);
  await ask('mine-1');
  expect(await ask('mine-2')).toMatchObject({ status, bodyAsText: 'answer 1' });
  await ask('theirs');
  expect(asked).toHaveLength(2);
  clock.now = 3000;
  await ask('mine-1');
  expect(asked).toHaveLength(3);
});

test('a refusal of before a rotation is asked for again by it, and then known to the others of the same moment', async () => {
  const { clock, asked, askSince } = vaultThat([[404], [403]]);
  await askSince(0, 'mine-1');
  clock.now = 1000;
  expect((await askSince(1000, 'mine-1')).status).toBe(403);
  clock.now = 1500;
  expect((await askSince(1000, 'mine-2')).status).toBe(403);
  expect(asked).toHaveLength(2);
});

test('an answer of before a rotation is no answer to what waited since', async () => {
  const { clock, through, requestOf, askSince } = vaultThat([[429, { 'retry-after': '7' }], [200]]);
  const waiting = requestOf('mine-1');
  await through.sendRequest(waiting);
  clock.now = 7000;
  await askSince(7000, 'mine-1');
  expect((await through.sendRequest(waiting)).bodyAsText).toBe('answer 2');
  clock.now = 8000;
  expect((await askSince(8000, 'mine-1')).bodyAsText).toBe('answer 3');
});

test('a vault that throttles is not asked until it wants to be', async () => {
  const { clock, asked, ask } = vaultThat([[429, { 'retry-after': '7' }], [200]]);
  expect((await ask('mine-1')).status).toBe(429);
  clock.now = 2500;
  const still = await ask('theirs', '/secrets/other');
  expect([still.status, still.headers.get('retry-after')]).toEqual([429, '5']);
  expect(asked).toHaveLength(1);
  clock.now = 7000;
  expect((await ask('theirs')).status).toBe(200);
});

test('a moment until then is waited for without a refusal, which would use up a try', async () => {
  const { clock, asked, ask } = vaultThat([[429, { 'retry-after': '7' }], [200]]);
  await ask('mine-1');
  clock.now = 6950;
  const answer = ask('theirs');
  setTimeout(() => {
    clock.now = 7000;
  }, 20);
  expect((await answer).status).toBe(200);
  expect(asked).toHaveLength(2);
});

test('of those that waited for a vault that throttles one asks, and the others take what it got', async () => {
  const { clock, asked, through, requestOf, ask } = vaultThat([[429, { 'retry-after': '7' }], [200]]);
  const waiting = ['mine-1', 'mine-1', 'mine-2', 'theirs'].map((token) => requestOf(token));
  for (const request of waiting) expect((await through.sendRequest(request)).status).toBe(429);
  clock.now = 7000;
  const after = [];
  for (const request of waiting) after.push((await through.sendRequest(request)).bodyAsText);
  expect(after).toEqual(['answer 2', 'answer 2', 'answer 2', 'answer 3']);
  // One that comes anew asks for itself, and so does one that waited for longer than an answer is the latest.
  expect((await ask('mine-1')).bodyAsText).toBe('answer 4');
  clock.now = 38_000;
  expect((await through.sendRequest(waiting[0] ?? requestOf('mine-1'))).bodyAsText).toBe('answer 5');
  expect(asked).toHaveLength(5);
});

test('a token that a vault does not take is told of', async () => {
  const { refused, ask } = vaultThat([[401]]);
  await ask('mine-1');
  expect(refused).toEqual(['mine-1']);
});

test('without a memory refusals and throttling are asked for again', async () => {
  const { asked, ask } = vaultThat([[404], [429, { 'retry-after': '7' }], [200]], { keeps: false });
  expect([(await ask('mine-1')).status, (await ask('mine-1')).status, (await ask('mine-1')).status]).toEqual([
    404, 429, 200,
  ]);
  expect(asked).toHaveLength(3);
});

test('the request goes on when the one who made it first is gone', async () => {
  const { asked, ask } = vaultThat([[200]]);
  const leaving = new AbortController();
  const left = ask('mine-1', '/secrets/db', leaving.signal);
  const staying = ask('mine-1');
  // Both are under way, and not answered yet.
  for (let turn = 0; turn < 10; turn++) await null;
  expect(asked).toHaveLength(1);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect((await staying).status).toBe(200);
  expect(asked).toHaveLength(1);
});

test('a request that was under way before a reading began is none of its', async () => {
  const { clock, asked, askSince } = vaultThat([[200]]);
  const early = askSince(0, 'mine-1');
  // It is under way, and not answered yet.
  for (let turn = 0; turn < 10; turn++) await null;
  expect(asked).toHaveLength(1);
  clock.now = 1000;
  await Promise.all([early, askSince(1000, 'mine-1'), askSince(1000, 'mine-2')]);
  expect(asked).toHaveLength(2);
});

test('requests for tokens pass, and are counted apart', async () => {
  const { through, ask, counted } = vaultThat([[200]]);
  await ask('mine-1');
  const login = createPipelineRequest({ url: 'https://login.microsoftonline.com/t/oauth2', method: 'POST' });
  await Promise.all([through.sendRequest(login), through.sendRequest(login)]);
  expect(counted).toEqual([
    ['vault', 200],
    ['token', 200],
    ['token', 200],
  ]);
});
