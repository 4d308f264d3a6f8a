import { request } from 'node:https';

/** A request to the API server. */
export interface ApiRequest {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** PEM of the authorities that are trusted, and no others. */
  readonly ca: string;
}

/**
 * Sends a request by Node's `https`; the executable has `native/send.ts` in place of this file.
 * @param maxBytes a larger answer is a fault
 * @throws an error of the system or of TLS when it cannot be reached; the signal's reason
 */
export function send(
  { body, ...where }: ApiRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    // Asked seldom: a connection that is kept would only cost memory.
    const sent = request({ ...where, signal, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) sent.destroy(new Error('the answer is too large'));
      });
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
