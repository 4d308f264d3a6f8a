import { type PipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { systemCode } from '../errors.ts';

/**
 * A request that got no answer, or only part of one, as the SDK tells it: `AbortError` once its signal has ended it,
 * else a RestError with the system's code. The text is the code alone, as a runtime's own may quote what was sent; but a
 * proxy's fault has a text of ours (tunnel.ts).
 */
export function sendFault(error: unknown, request: PipelineRequest): Error {
  if (request.abortSignal?.aborted) return Object.assign(new Error('aborted'), { name: 'AbortError' });
  const code = systemCode(error);
  const text = error instanceof Error && code.startsWith('PROXY_') ? error.message : code;
  return Object.assign(new RestError(text, { code, request }), { cause: error });
}

/** Only NMI, the metadata service and an Azure Arc agent are asked without TLS, and say so. */
export function expectSecure(request: PipelineRequest): void {
  if (request.allowInsecureConnection || /^https:/i.test(request.url)) return;
  throw new RestError('a request without TLS', { code: RestError.REQUEST_SEND_ERROR, request });
}
