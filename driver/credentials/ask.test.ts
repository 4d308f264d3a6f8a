import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  RestError,
} from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { ask, doubling, type Patience } from './ask.ts';

type Answer = readonly [status: number, headers?: Record<string, string>] | string;

const patience: Patience = {
  isBusy: ({ status }) => status === 503,
  pause: doubling(1, 3),
  attemptMs: 1000,
  silentAttempts: 2,
};
const deadline = new DriverError('DeadlineExceeded', 'took too long');
const interrupt = new DriverError('Interrupted', 'SIGTERM');

/** Answers in turn, the last one for ever; a text is the code of a failed connection. */
function serve(answers: readonly Answer[], onRequest: (count: number) => void = () => undefined) {
  const service = { count: 0 };
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const answer = answers[Math.min(service.count, answers.length - 1)] ?? 'NONE';
      service.count += 1;
      onRequest(service.count);
      if (typeof answer === 'string') throw new RestError('canary', { code: answer });
      const [status, headers = {}] = answer;
      return { request, status, headers: createHttpHeaders(headers), bodyAsText: '' };
    },
  };
  const transport: Transport = {
    httpClient,
    retryOptions: {},
    userAgentOptions: { userAgentPrefix: 'test' },
  };
  return { service, transport };
}

const request = () => createPipelineRequest({ url: 'https://service.example/' });

describe('it is asked until there is an answer that means something', () => {
  test.each<[string, Answer[], number, number]>([
    ['at once', [[200]], 200, 1],
    ['which may be a refusal', [[401]], 401, 1],
    ['after it was busy', [[503], [503], [200]], 200, 3],
    ['or for too long', [[503]], 503, 4],
    ['after a failed connection', ['ECONNRESET', [200]], 200, 2],
    ['but not when it asks for more patience than there is', [[503, { 'retry-after': '11' }]], 503, 1],
  ])('%s', async (_, answers, status, count) => {
    const { service, transport } = serve(answers);
    const response = await ask(request, patience, transport, new AbortController().signal);
    expect([response.status, service.count]).toEqual([status, count]);
  });
});

describe('it is given up', () => {
  test.each<[string, Answer[], string, number]>([
    ['after so many failed connections', ['ECONNRESET'], 'ECONNRESET', 2],
    ['when the last answer was none', [[503], 'ECONNRESET'], 'ECONNRESET', 3],
    ['at once when no repetition can help', ['CERT_HAS_EXPIRED'], 'CERT_HAS_EXPIRED', 1],
  ])('%s', async (_, answers, code, count) => {
    const { service, transport } = serve(answers);
    const asked = ask(request, patience, transport, new AbortController().signal);
    await expect(asked).rejects.toThrow(expect.objectContaining({ code }));
    expect(service.count).toBe(count);
  });
});

describe('when the call-out ends', () => {
  const endsAt = (count: number, reason: DriverError, answers: readonly Answer[]) => {
    const controller = new AbortController();
    const { transport } = serve(answers, (asked) => asked === count && controller.abort(reason));
    return ask(request, patience, transport, controller.signal);
  };

  test('at its deadline, the last answer is given', async () => {
    expect((await endsAt(2, deadline, [[503]])).status).toBe(503);
  });

  test('at its deadline without any answer, the silent host is told', async () => {
    await expect(endsAt(1, deadline, ['ABORT_ERR'])).rejects.toMatchObject({
      code: 'DeadlineExceeded',
      message: expect.stringMatching(/^took too long; \S+ gave no answer$/),
    });
  });

  test('by an interrupt, that is told', async () => {
    await expect(endsAt(2, interrupt, [[503]])).rejects.toBe(interrupt);
  });
});
