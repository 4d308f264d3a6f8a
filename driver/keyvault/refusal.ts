import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';

/** The vault answered, but not with the object. Holds codes only: never what else the answer's body says. */
export class VaultRefusal extends Error {
  readonly status: number;
  /** The service's error codes, outer then inner, such as `Forbidden`, `AccessDenied`. */
  readonly codes: readonly string[];
  readonly requestId: string | undefined;

  constructor(response: PipelineResponse) {
    super(`HTTP ${response.status}`);
    this.name = 'VaultRefusal';
    this.status = response.status;
    this.codes = serviceCodes(response.bodyAsText);
    const id = response.headers.get('x-ms-request-id');
    this.requestId = id !== undefined && /^[0-9a-f-]{36}$/i.test(id) ? id : undefined;
  }
}

/**
 * Turns what is left after retries and challenge into a VaultRefusal. The SDK's own error has lost the inner
 * code in some versions, and fails itself on an answer without a JSON body.
 */
export const refusalPolicy: PipelinePolicy = {
  name: 'refusalPolicy',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status !== 200) throw new VaultRefusal(response);
    return response;
  },
};

/** Only what looks like a code is taken. Source: Key Vault REST reference, KeyVaultError. */
function serviceCodes(body: string | null | undefined): string[] {
  try {
    const outer = (
      JSON.parse(body ?? '') as { error?: { code?: unknown; innererror?: { code?: unknown } } } | null
    )?.error;
    return [outer?.code, outer?.innererror?.code].filter(
      (code): code is string => typeof code === 'string' && /^[A-Za-z]{1,64}$/.test(code),
    );
  } catch {
    return [];
  }
}
