import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../answer.ts';
import type { FaultAction } from './rules.ts';

/** The answer as the fault wants it: status, headers and body replaced, still to be sent. */
export function disguised(answer: Answer, action: FaultAction): Answer {
  const headers = { ...answer.headers, ...action.headers };
  if (action.contentType !== undefined) {
    delete headers['Content-Type'];
    if (action.contentType !== '') headers['Content-Type'] = action.contentType;
  }
  if (action.redirect !== undefined) headers['Location'] = action.redirect;
  const body =
    action.bigBodyBytes === undefined ? (action.body ?? answer.body) : Buffer.alloc(action.bigBodyBytes, ' ');
  const status = action.status ?? (action.redirect === undefined ? answer.status : 307);
  return { ...answer, status, headers, body };
}

/**
 * Sends the answer, in the way of the fault if there is one.
 * @param raw the TCP socket under TLS: only it can be reset.
 */
export async function deliver(
  response: ServerResponse,
  raw: Socket,
  answer: Answer,
  action: FaultAction = {},
): Promise<void> {
  const body = Buffer.from(answer.body as string);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': body.length });
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (action.reset === 'mid-body') {
    response.flushHeaders();
    response.write(half, () => raw.resetAndDestroy());
  } else if (action.truncate) {
    response.flushHeaders();
    response.write(half, () => response.socket?.end());
  } else if (action.slow !== undefined) {
    const { bytes, everyMs } = action.slow;
    for (let sent = 0; sent < body.length && !response.destroyed; sent += bytes) {
      response.write(body.subarray(sent, sent + bytes));
      await sleep(everyMs);
    }
    response.end();
  } else {
    response.end(body);
  }
}
