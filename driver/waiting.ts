/** One part of the executable: a mount that waits for its token before its turn loads this, and none of the SDK's clients. */
export { createTokenSource } from './credentials/select.ts';
export { countRequests } from './telemetry/count-requests.ts';
export { createTransport } from './transport/transport.ts';
