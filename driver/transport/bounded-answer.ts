import {
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
  type SendRequest,
} from '@azure/core-rest-pipeline';

const MIB = 1024 * 1024;

/** An answer is larger than anything that was asked for can be. */
export class AnswerTooLarge extends Error {
  readonly code = 'ANSWER_TOO_LARGE';

  constructor(limit: number, options?: ErrorOptions) {
    super(`its answer is larger than ${limit / MIB} MiB`, options);
    this.name = 'AnswerTooLarge';
  }
}

/**
 * Sends a request whose answer is cut off while it arrives when it is larger than `limit` bytes (counted after
 * decompression), so it never fills the node's memory. A connection cut in the middle of an answer is told as
 * ECONNRESET: it is as good to repeat as one cut before it.
 * @throws AnswerTooLarge, or what `next` throws
 */
export async function sendBounded(
  request: PipelineRequest,
  next: SendRequest,
  limit: number,
): Promise<PipelineResponse> {
  let exceeded = false;
  request.onDownloadProgress = ({ loadedBytes }) => {
    if (loadedBytes <= limit) return;
    exceeded = true;
    throw new RangeError('the answer is too large');
  };
  try {
    return await next(request);
  } catch (error) {
    if (exceeded) throw new AnswerTooLarge(limit, { cause: error });
    if (error instanceof RestError && error.code === RestError.PARSE_ERROR && error.statusCode === undefined)
      throw new RestError(error.message, { code: 'ECONNRESET', request });
    throw error;
  } finally {
    delete request.onDownloadProgress;
  }
}

/** No answer with a token, or with a refusal of one, comes near this. */
export const boundedAnswerPolicy: PipelinePolicy = {
  name: 'boundedAnswerPolicy',
  sendRequest: (request, next) => sendBounded(request, next, MIB),
};
