import { randomUUID } from 'node:crypto';
import { type Answer, header, json, type Question } from '../answer.ts';

const SERVICE_VERSION = '1.9.2500.1';

/** Headers of every answer of the service, in its order (REST recordings, api-version 7.3). */
export function serviceHeaders(question: Question, location: string): Record<string, string> {
  const clientRequestId = header(question, 'x-ms-client-request-id');
  return {
    'Cache-Control': 'no-cache',
    'Content-Type': 'application/json; charset=utf-8',
    'Strict-Transport-Security': 'max-age=31536000;includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'x-ms-keyvault-region': location,
    ...(clientRequestId === undefined ? {} : { 'x-ms-client-request-id': clientRequestId }),
    'x-ms-keyvault-service-version': SERVICE_VERSION,
    'x-ms-keyvault-network-info': `conn_type=Ipv4;addr=${question.remoteAddress};act_addr_fam=InterNetwork;`,
    'x-ms-request-id': randomUUID(),
  };
}

/** A refusal before the vault adds its headers. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
  inner?: string;
  headers?: Record<string, string>;
}

export function refusalAnswer(refusal: Refusal, headers: Record<string, string>): Answer {
  const { status, code, message, inner } = refusal;
  const error = { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) };
  return json(status, { error }, { ...headers, ...refusal.headers });
}

const NOT_FOUND = {
  secrets: ['SecretNotFound', 'secret'],
  keys: ['KeyNotFound', 'key'],
  certificates: ['CertificateNotFound', 'certificate'],
} as const;

/** `id`: name, or name/version. */
export function notFound(kind: keyof typeof NOT_FOUND, id: string): Refusal {
  const [code, noun] = NOT_FOUND[kind];
  const message =
    `A ${noun} with (name/id) ${id} was not found in this key vault. If you recently deleted this ${noun} you may be ` +
    'able to recover it using the correct recovery command. For help resolving this issue, please see ' +
    'https://go.microsoft.com/fwlink/?linkid=2125182';
  return { status: 404, code, message };
}

export function badParameter(message: string): Refusal {
  return { status: 400, code: 'BadParameter', message };
}

export const secretDisabled: Refusal = {
  status: 403,
  code: 'Forbidden',
  message: 'Operation get is not allowed on a disabled secret.',
  inner: 'SecretDisabled',
};
