import { type ClientRequest, request as requestPlainly } from 'node:http';
import { Agent, request as requestSecurely } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { readText } from './answer-body.ts';
import type { HttpsProxy } from './proxy.ts';
import { rootsAnd } from './roots.ts';
import { expectSecure, sendFault } from './send-fault.ts';
import { TunnelAgent } from './tunnel.ts';

/**
 * The SDK's HTTP client by Node's `https`: for hosts behind a proxy, whose tunnels Bun's fetch does not tell enough
 * of, and for the bundle when Node runs it.
 */
export async function createNodeClient(
  caBundle: string | undefined,
  proxy: HttpsProxy | undefined,
): Promise<HttpClient> {
  const agent = await createAgent(caBundle, proxy);
  return {
    async sendRequest(request) {
      expectSecure(request);
      try {
        return await send(request, agent);
      } catch (error) {
        throw error instanceof RangeError ? error : sendFault(error, request);
      }
    },
  };
}

async function createAgent(caBundle: string | undefined, proxy: HttpsProxy | undefined): Promise<Agent> {
  const context: SecureContext | undefined =
    caBundle === undefined ? undefined : createSecureContext({ ca: await rootsAnd(caBundle) });
  if (proxy !== undefined) return new TunnelAgent(proxy, context, { keepAlive: true });
  return new Agent({ keepAlive: true, ...(context && { secureContext: context }) });
}

function send(request: PipelineRequest, agent: Agent): Promise<PipelineResponse> {
  return new Promise((resolve, reject) => {
    const sent = open(request, agent);
    sent.once('error', reject);
    sent.once('response', (answer) => {
      readText(answer, answer.headers['content-encoding'], request).then(
        (bodyAsText) => {
          const headers = createHttpHeaders(answer.headers as Record<string, string>);
          resolve({ request, status: answer.statusCode ?? 0, headers, bodyAsText });
        },
        (error: unknown) => {
          sent.destroy();
          reject(error);
        },
      );
    });
    sent.end(typeof request.body === 'string' ? request.body : undefined);
  });
}

function open(request: PipelineRequest, agent: Agent): ClientRequest {
  const headers = { ...request.headers.toJSON(), 'accept-encoding': 'identity' };
  const signal = request.abortSignal as AbortSignal | undefined;
  const options = { method: request.method, headers, ...(signal && { signal }) };
  if (new URL(request.url).protocol === 'http:') return requestPlainly(request.url, options);
  return requestSecurely(request.url, { ...options, agent });
}
