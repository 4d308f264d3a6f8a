import { type PipelinePolicy, RestError } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';

const MAX_OBJECT_BYTES = 1024 * 1024;
const MAX_LIST_BYTES = 4 * 1024 * 1024;

/**
 * Takes an answer only as Key Vault gives it: JSON of a bounded size. A larger one is cut off while it arrives
 * (counted after decompression), so it never fills the node's memory.
 */
export const answerLimitsPolicy: PipelinePolicy = {
  name: 'answerLimitsPolicy',
  async sendRequest(request, next) {
    const isList = new URL(request.url).pathname.split('/').length <= 2;
    const limit = isList ? MAX_LIST_BYTES : MAX_OBJECT_BYTES;
    let exceeded = false;
    request.onDownloadProgress = ({ loadedBytes }) => {
      if (loadedBytes <= limit) return;
      exceeded = true;
      throw new RangeError('the answer is too large');
    };
    try {
      const response = await next(request);
      if (response.status === 200) checkContentType(response.headers.get('content-type'));
      return response;
    } catch (error) {
      if (exceeded) {
        const text = `its answer is larger than ${limit / 1024 / 1024} MiB, which no object of Key Vault is`;
        throw new DriverError('VaultFault', text, { cause: error });
      }
      // A connection cut in the middle of an answer is as good to repeat as one cut before it.
      if (
        error instanceof RestError &&
        error.code === RestError.PARSE_ERROR &&
        error.statusCode === undefined
      )
        throw new RestError(error.message, { code: 'ECONNRESET', request });
      throw error;
    } finally {
      delete request.onDownloadProgress;
    }
  },
};

function checkContentType(value: string | undefined): void {
  const type = value?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return;
  const shown = /^[a-z0-9.+-]{1,32}\/[a-z0-9.+-]{1,64}$/.exec(type)?.[0] ?? 'no known content type';
  throw new DriverError(
    'VaultFault',
    `its answer is ${shown}, not application/json; a proxy may have answered in its place`,
  );
}
