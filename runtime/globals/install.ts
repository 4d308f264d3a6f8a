import * as system from 'runtime:system';
import { AbortController, AbortSignal } from './abort.ts';
import { Buffer } from './buffer.ts';
import { Event, EventTarget } from './event-target.ts';
import { fetch } from './fetch.ts';
import { joinLoop, process } from './process.ts';
import { TextDecoder, TextEncoder } from './text-encoding.ts';
import { clearTimeout, setImmediate, setTimeout } from './timers.ts';
import { URL } from './url.ts';
import { URLSearchParams } from './url-search-params.ts';

/**
 * What the driver's sources take for given and the language does not have. Imported before all of them. The runtime
 * itself has `atob`, `btoa`, `queueMicrotask` and `DOMException`.
 */
Object.assign(globalThis, {
  AbortController,
  AbortSignal,
  Buffer,
  Event,
  EventTarget,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  clearInterval: clearTimeout,
  clearTimeout,
  crypto: { getRandomValues, randomUUID },
  fetch,
  performance: { now: system.now },
  process,
  setImmediate,
  setTimeout,
});
joinLoop();

/** Web Cryptography API, 10.1.1. */
function getRandomValues<Values extends Uint8Array>(values: Values): Values {
  if (system.random(values) < 0) throw new DOMException('no random bytes', 'OperationError');
  return values;
}

/** Version 4 (RFC 9562). */
function randomUUID(): string {
  const bytes = getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
