/** What a mount needs that waits for its token before it is its turn, as one part of the executable: nothing of the SDK's clients. */
export { createTokenSource } from './credentials/select.ts';
export { countRequests } from './telemetry/count-requests.ts';
export { createTransport } from './transport/transport.ts';
