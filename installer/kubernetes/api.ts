import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiRequest, send } from './send.ts';

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
  const { method, path, patch, object } = question;
  const body = patch ?? object;
  const request: ApiRequest = {
    host: server.host,
    port: server.port,
    method,
    path,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token.trim()}`,
      ...(patch && { 'content-type': 'application/json-patch+json' }),
      ...(object && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
    ca,
  };
  const { status, text } = await send(request, AbortSignal.timeout(LIMIT_MS), MAX_ANSWER_BYTES);
  return { status, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
