// For `@azure-rest/core-client/dist/esm/operationOptionHelpers.js`.
export function operationOptionsToRequestParameters({ abortSignal, requestOptions }) {
  return { abortSignal, headers: requestOptions?.headers };
}
