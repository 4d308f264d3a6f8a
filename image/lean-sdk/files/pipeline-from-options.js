// For `@azure/core-rest-pipeline/dist/esm/createPipelineFromOptions.js`: without policies that change nothing here. Nobody
// sends forms, several parts or spans; the transport decides on proxies, redirects and encodings; nothing is logged.
import { createEmptyPipeline } from './pipeline.js';
import { defaultRetryPolicy } from './policies/defaultRetryPolicy.js';
import { setClientRequestIdPolicy } from './policies/setClientRequestIdPolicy.js';
import { userAgentPolicy } from './policies/userAgentPolicy.js';

export function createPipelineFromOptions(options) {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(userAgentPolicy(options.userAgentOptions));
  pipeline.addPolicy(setClientRequestIdPolicy(options.telemetryOptions?.clientRequestIdHeaderName));
  pipeline.addPolicy(defaultRetryPolicy(options.retryOptions), { phase: 'Retry' });
  return pipeline;
}
