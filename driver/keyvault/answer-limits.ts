import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import { AnswerTooLarge, sendBounded } from '../transport/bounded-answer.ts';

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
    try {
      const response = await sendBounded(request, next, limit);
      if (response.status === 200) checkContentType(response.headers.get('content-type'));
      return response;
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      const text = `${error.message}, which no object of Key Vault is`;
      throw new DriverError('VaultFault', text, { cause: error });
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
