// For `@azure-rest/core-client/dist/esm/getClient.js`: clients that only get, and authorize by a policy of the driver's own.
import {
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  RestError,
} from '@azure/core-rest-pipeline';

export function getClient(endpoint, _credential, { additionalPolicies = [], httpClient, ...options }) {
  const pipeline = createPipelineFromOptions(options);
  for (const { policy, position } of additionalPolicies)
    pipeline.addPolicy(policy, { afterPhase: position === 'perRetry' ? 'Sign' : undefined });
  const path = (given) => ({
    get: (parameters = {}) =>
      get(given.startsWith('https:') ? given : endpoint + given, pipeline, parameters, httpClient),
  });
  return { path, pathUnchecked: path, pipeline };
}

async function get(url, pipeline, { abortSignal, headers }, httpClient) {
  const request = createPipelineRequest({
    url,
    method: 'GET',
    abortSignal,
    headers: createHttpHeaders(headers),
  });
  const response = await pipeline.sendRequest(httpClient, request);
  return {
    request,
    status: `${response.status}`,
    body: bodyOf(response),
    get headers() {
      return response.headers.toJSON();
    },
  };
}

/** Something in between may answer with what is no JSON. */
function bodyOf(response) {
  const text = response.bodyAsText ?? '';
  const [type] = (response.headers.get('content-type') ?? '').split(';');
  if (type === 'text/plain') return text;
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (type !== 'application/json') return text;
    const { request, status: statusCode } = response;
    throw new RestError('the answer is no JSON', {
      code: error.code ?? RestError.PARSE_ERROR,
      statusCode,
      request,
      response,
    });
  }
}
