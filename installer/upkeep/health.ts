import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Readiness } from './readiness.ts';

/**
 * The HTTP server of kubelet's probes.
 *   /healthz  200 while the process answers at all: a node that cannot be installed is no reason to restart it
 *   /readyz   200 when all is as it should be, else 503; with the whole state, a reason or a warning included
 */
export function createHealthServer(readiness: () => Promise<Pick<Readiness, 'ready'>>): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, { error: 'only GET' });
    } else if (request.url === '/healthz') {
      answer(response, 200, { status: 'ok' });
    } else if (request.url === '/readyz') {
      readiness().then(
        (state) => answer(response, state.ready ? 200 : 503, state),
        () => answer(response, 500, { error: 'readiness could not be told' }),
      );
    } else {
      answer(response, 404, { error: 'only /healthz and /readyz' });
    }
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}
