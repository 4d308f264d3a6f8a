import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  RestError,
} from '@azure/core-rest-pipeline';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DriverError } from '../errors.ts';
import { findCloud } from '../options/clouds.ts';
import { Faults } from '../options/faults.ts';
import { parse } from '../options/testing/valid-options.ts';
import type { Transport } from '../transport/transport.ts';
import { getPodIdentityToken } from './pod-identity.ts';

type Answer = readonly [status: number, body: string] | Error;

/** NMI as aad-pod-identity has it: numbers are strings, and there is no Content-Type. */
class FakeNmi implements HttpClient {
  readonly requests: PipelineRequest[] = [];
  readonly #answer: () => Answer;

  constructor(answer: () => Answer) {
    this.#answer = answer;
  }

  async sendRequest(request: PipelineRequest) {
    this.requests.push(request);
    const answer = this.#answer();
    if (answer instanceof Error) throw answer;
    const [status, bodyAsText] = answer;
    return { request, status, headers: createHttpHeaders({ location: 'http://evil.example/' }), bodyAsText };
  }
}

const { pod } = await parse({});

function getToken(nmi: HttpClient, signal = new AbortController().signal, cloudName = 'AzurePublicCloud') {
  const transport: Transport = {
    httpClient: nmi,
    retryOptions: { maxRetries: 4, retryDelayInMs: 0 },
    userAgentOptions: { userAgentPrefix: 'test' },
  };
  const cloud = findCloud(cloudName, {}, new Faults());
  if (cloud === undefined) throw new RangeError(cloudName);
  return getPodIdentityToken(2579, [2579], pod, cloud, transport, signal);
}

const token = '{"token":{"access_token":"the-token","expires_in":"3600"},"clientid":"x"}';
const assignedNone =
  "NMI has assigned no identity to pod shop/web-0; check that the pod's label aadpodidbinding names the selector of an AzureIdentityBinding";

const notAnswered =
  "NMI on 127.0.0.1:2579 of this node did not answer for pod shop/web-0 until the deadline; check its log on the node, and that the pod's label aadpodidbinding names the selector of an AzureIdentityBinding, for which NMI may be waiting";

test('at the deadline an identity that NMI has answered to be missing is said to be missing', async () => {
  const controller = new AbortController();
  let asked = 0;
  const nmi = new FakeNmi(() => {
    asked += 1;
    if (asked === 1) return [404, ''];
    controller.abort(new DriverError('DeadlineExceeded', 'took too long'));
    return new DOMException('canary', 'AbortError');
  });
  await expect(getToken(nmi, controller.signal)).rejects.toMatchObject({
    code: 'IdentityNotAssigned',
    message: assignedNone,
  });
});

test('NMI is asked on the loopback, for this pod and the vaults of its cloud', async () => {
  const nmi = new FakeNmi(() => [200, token]);
  expect(await getToken(nmi, undefined, 'AzureChinaCloud')).toMatchObject({ token: 'the-token' });
  const [request] = nmi.requests;
  expect(request?.url).toBe('http://127.0.0.1:2579/host/token/?resource=https%3A%2F%2Fvault.azure.cn');
  expect([request?.headers.get('podname'), request?.headers.get('podns')]).toEqual(['web-0', 'shop']);
});

describe('on a node with a proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each(['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'])(
    'named by %s, NMI is asked without it',
    async (name) => {
      vi.stubEnv(name, 'http://proxy.example:3128');
      const nmi = new FakeNmi(() => [200, token]);
      await getToken(nmi);
      const [request] = nmi.requests;
      expect([request?.agent, request?.proxySettings]).toEqual([undefined, undefined]);
    },
  );
});

test('an identity that is not assigned yet is asked for again', async () => {
  const answers: Answer[] = [
    [404, 'canary'],
    [200, token],
  ];
  const nmi = new FakeNmi(() => answers.shift() ?? [500, '']);
  expect(await getToken(nmi)).toMatchObject({ token: 'the-token' });
  expect(nmi.requests).toHaveLength(2);
});

describe('no token is had, and NMI asked once,', () => {
  const notGiven = (status: number) =>
    `NMI gave no token for pod shop/web-0 (HTTP ${status}); check that the AzureIdentity of the pod's AzureIdentityBinding exists and may be used by this node`;
  test.each<[string, Answer, string]>([
    ['when NMI forbids it', [403, 'canary'], notGiven(403)],
    [
      'when NMI quotes a code of Entra',
      [403, "adal: Refresh request failed. Status Code = '400'. Response body: AADSTS700016: canary"],
      'NMI gave no token for pod shop/web-0 (HTTP 403, AADSTS700016); the tenant knows no application with this client id; check clientid and tenantid',
    ],
    ['when NMI has none itself', [503, 'canary'], notGiven(503)],
    ['when NMI redirects', [302, 'canary'], notGiven(302)],
    ['when NMI answers nothing of use', [200, 'canary'], 'NMI answered without a usable access token'],
    [
      'when NMI is not there',
      new RestError('canary', { code: 'ECONNREFUSED' }),
      'NMI could not be reached on 127.0.0.1:2579 of this node: the connection was refused (ECONNREFUSED); check that aad-pod-identity runs on the node, and the option nmiport',
    ],
  ])('%s', async (_, answer, message) => {
    const nmi = new FakeNmi(() => answer);
    await expect(getToken(nmi)).rejects.toThrow(
      expect.objectContaining({ code: 'TokenUnavailable', message }),
    );
    expect(nmi.requests).toHaveLength(1);
  });
});

describe('when the call-out ends', () => {
  const deadline = new DriverError('DeadlineExceeded', 'took too long');
  const interrupt = new DriverError('Interrupted', 'the call-out was interrupted (SIGTERM)');

  test.each<[string, Answer, DriverError, { code: string; message: string }]>([
    [
      'at its deadline between two questions, the identity is said to be missing',
      [404, ''],
      deadline,
      { code: 'IdentityNotAssigned', message: assignedNone },
    ],
    [
      'at its deadline before NMI answered at all, that is said',
      new DOMException('canary', 'AbortError'),
      deadline,
      { code: 'TokenUnavailable', message: notAnswered },
    ],
    ['by an interrupt between two questions, that is said', [404, ''], interrupt, interrupt],
    [
      'by an interrupt while NMI keeps the question, that is said',
      new DOMException('canary', 'AbortError'),
      interrupt,
      interrupt,
    ],
  ])('%s', async (_, answer, reason, { code, message }) => {
    const controller = new AbortController();
    const nmi = new FakeNmi(() => {
      if (answer instanceof Error) controller.abort(reason);
      else setTimeout(() => controller.abort(reason), 20);
      return answer;
    });
    await expect(getToken(nmi, controller.signal)).rejects.toThrow(
      expect.objectContaining({ code, message }),
    );
  });
});
