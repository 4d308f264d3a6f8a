import type { HttpClient } from '@azure/core-rest-pipeline';
import type { Recorder } from '../recorder.ts';

/** Tells the recorder of every request that leaves the node, repetitions included. */
export function countRequests(client: HttpClient, recorder: Pick<Recorder, 'requested'>): HttpClient {
  return {
    async sendRequest(request) {
      let status: number | undefined;
      try {
        const response = await client.sendRequest(request);
        status = response.status;
        return response;
      } finally {
        recorder.requested(request.url, status);
      }
    },
  };
}
