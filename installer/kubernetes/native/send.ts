import type { ApiRequest } from '../send.ts';

/** The runtime's own `fetch`, which takes authorities. */
type Fetch = (
  url: string,
  init: Omit<RequestInit, 'keepalive'> & { tls: { ca: string; isPrivate: true }; keepalive: boolean },
) => Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> }>;

/** Sends a request by the runtime's own `fetch`, in place of `../send.ts`. */
export async function send(
  { host, port, method, path, headers, body, ca }: ApiRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<{ status: number; text: string }> {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const answer = await (fetch as unknown as Fetch)(`https://${authority}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
    signal,
    tls: { ca, isPrivate: true },
    // Asked seldom: a connection that is kept would only cost memory.
    keepalive: false,
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return { status: answer.status, text: new TextDecoder().decode(Buffer.concat(chunks)) };
}
