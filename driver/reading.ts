/** What a mount needs that reads by itself, as one part of the executable; none of it is loaded before it is its turn. */
export { createTokenSource } from './credentials/select.ts';
export { createObjectReader } from './keyvault/reader.ts';
export { countRequests } from './telemetry/count-requests.ts';
export { chooseProxy } from './transport/proxy.ts';
export { createTransport } from './transport/transport.ts';
