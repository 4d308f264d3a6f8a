import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';

/** The vault answered, but not with the object. Holds codes only: never what else the answer's body says. */
export class VaultRefusal extends Error {
  readonly status: number;
  /** The service's error codes, outer then inner, such as `Forbidden`, `AccessDenied`, and an `AKV10032` of its text. */
  readonly codes: readonly string[];
  readonly requestId: string | undefined;
  /** When the vault answered, by its own clock: the Date header. */
  readonly date: string | undefined;
  /** The tenant that a 401 names as the vault's own. */
  readonly tenant: string | undefined;
  /** The service does not know the version of its API that was asked for, and may name its latest. */
  readonly unknownVersion: { readonly latest: string | undefined } | undefined;
  /** How long the vault asks to wait, where that is too long; milliseconds. */
  readonly wait: number | undefined;

  constructor(response: PipelineResponse, wait?: number) {
    super(`HTTP ${response.status}`);
    this.name = 'VaultRefusal';
    this.status = response.status;
    this.codes = serviceCodes(response.bodyAsText);
    this.unknownVersion = response.status === 400 ? unknownVersionIn(response.bodyAsText) : undefined;
    const { headers } = response;
    this.requestId = /^[0-9a-f-]{36}$/i.exec(headers.get('x-ms-request-id') ?? '')?.[0];
    this.date = headers.get('date');
    const challenge = headers.get('www-authenticate') ?? '';
    this.tenant = /authorization="https:\/\/[^/"]+\/([0-9a-f-]{36})"/i.exec(challenge)?.[1];
    this.wait = wait;
  }

  /** Does Key Vault itself say that there is no such object? A 404 of a proxy has no such code. */
  get isNotFound(): boolean {
    return this.status === 404 && this.codes.some((code) => code.endsWith('NotFound'));
  }

  get isDisabled(): boolean {
    return this.status === 403 && this.codes.some((code) => code.endsWith('Disabled'));
  }
}

/**
 * Turns what is left after retries into a VaultRefusal. The SDK's own error has lost the inner
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

/** `The specified version (7.5) is not recognized. Consider using the latest supported version (7.2).` */
function unknownVersionIn(body: string | null | undefined): VaultRefusal['unknownVersion'] {
  if (!serviceCodes(body).includes('BadParameter')) return undefined;
  const about = /\b(api-?\s?version|specified version)\b/i.test(body ?? '');
  return about
    ? { latest: /latest supported version \(([0-9.-]{3,10})\)/i.exec(body ?? '')?.[1] }
    : undefined;
}

/** Only what looks like a code is taken. Source: Key Vault REST reference, KeyVaultError. */
function serviceCodes(body: string | null | undefined): string[] {
  try {
    const outer = (
      JSON.parse(body ?? '') as {
        error?: { code?: unknown; message?: unknown; innererror?: { code?: unknown } };
      } | null
    )?.error;
    const named = [outer?.code, outer?.innererror?.code].filter(
      (code): code is string => typeof code === 'string' && /^[A-Za-z]{1,64}$/.test(code),
    );
    const akv = typeof outer?.message === 'string' ? /^AKV\d{5}(?=:)/.exec(outer.message)?.[0] : undefined;
    return akv === undefined ? named : [...named, akv];
  } catch {
    return [];
  }
}
