import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';

/** Where the API server is, and what proves who we are, as Kubernetes tells every pod with a service account's token. */
export interface ApiServer {
  readonly host: string;
  readonly port: number;
  /** Directory of `token` and `ca.crt`. */
  readonly credentials: string;
}

export interface ApiQuestion {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  /** A JSON patch (RFC 6902). */
  readonly patch?: readonly object[];
  /** An object to create. */
  readonly object?: object;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed; undefined when it is no JSON. */
  readonly body: unknown;
}

const LIMIT_MS = 10_000;
/** A node with many images has an object of some hundred kilobytes. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * Asks the API server, which must show a certificate of the cluster's own authority. The token is read each time, as kubelet
 * replaces it before it expires.
 * @throws a system error when it cannot be reached
 */
export async function askApi(server: ApiServer, question: ApiQuestion): Promise<ApiAnswer> {
  const [token, ca] = await Promise.all([
    readFile(join(server.credentials, 'token'), 'utf8'),
    readFile(join(server.credentials, 'ca.crt'), 'utf8'),
  ]);
  const { status, text } = await send(server, question, token.trim(), ca);
  return { status, body: parse(text) };
}

function send(
  { host, port }: ApiServer,
  { method, path, patch, object }: ApiQuestion,
  token: string,
  ca: string,
): Promise<{ status: number; text: string }> {
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    ...(patch && { 'content-type': 'application/json-patch+json' }),
    ...(object && { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(LIMIT_MS);
    // Asked seldom: a connection that is kept would only cost memory.
    const sent = request({ host, port, path, method, headers, ca, signal, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) sent.destroy(new Error('the answer is too large'));
      });
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    const body = patch ?? object;
    sent.end(body && JSON.stringify(body));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
