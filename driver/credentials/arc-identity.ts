import { createHttpHeaders, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import { DriverError, systemCode } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { Assignment } from '../options/identity.ts';
import type { AccessToken } from '../ports.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import type { Transport } from '../transport/transport.ts';
import { ask, doubling, type Patience } from './ask.ts';
import { readAccessToken } from './token-response.ts';

const AGENT = "the node's Azure Arc agent (HIMDS)";
const SHOW = "'azcmagent show' on the node";

/** The agent starts anew when it is updated. Its 404 is no "later", as IMDS's is: it has no such identity. */
const patience: Patience = {
  isBusy: ({ status }) => status === 429 || status >= 500,
  pause: doubling(1000, 5),
  attemptMs: 10_000,
  silentAttempts: 3,
};

/** How the agent's challenge went wrong, by MSAL's code for it (its ManagedIdentityErrorCodes). */
const challengeFaults: Readonly<Record<string, string>> = {
  invalid_file_path: `named a key file outside /var/opt/azcmagent/tokens, which is not read; check that it is the agent that listens on 127.0.0.1:40342`,
  invalid_file_extension: `named a key file that is no .key file, which is not read; check that it is the agent that listens on 127.0.0.1:40342`,
  unable_to_read_secret_file: `named a key file in /var/opt/azcmagent/tokens that cannot be read; check that kubelet, and so the driver, runs as root and sees this directory of the node`,
  invalid_secret: `named a key file that is larger than 4096 bytes, which is no key; check the agent with ${SHOW}`,
  www_authenticate_header_missing: `asked for a proof without saying which; update the agent`,
  www_authenticate_header_unsupported_format: `asked for a proof that is not known; update the agent, or the driver`,
};

/** What came of the last request. */
interface Outcome {
  status?: number;
  fault?: unknown;
}

/**
 * A token of the system-assigned identity of an Azure Arc-enabled node. The agent's protocol (a challenge answered with
 * a key from a file of root's) is the SDK's; its requests leave by the driver's transport. docs/adr/0007 says why.
 * @throws DriverError `IdentityNotAssigned` or `TokenUnavailable`
 */
export async function getArcIdentityToken(
  assignment: Assignment,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken> {
  if (assignment.kind !== 'system') {
    const option = `vmmanagedidentity${assignment.kind.replace('-', '')}`;
    throw new DriverError(
      'IdentityNotAssigned',
      `${option} cannot choose an identity, as the node is Azure Arc-enabled, and there only its system-assigned managed identity is used; leave ${option} out`,
    );
  }
  const outcome: Outcome = {};
  const credential = new ManagedIdentityCredential({
    httpClient: clientOf(transport, signal, outcome),
    userAgentOptions: transport.userAgentOptions,
    // `ask` repeats, and knows the deadline.
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  });
  try {
    const { token, expiresOnTimestamp } = await credential.getToken(`${cloud.resource}/.default`);
    const fields = { access_token: token, expires_in: (expiresOnTimestamp - Date.now()) / 1000 };
    return readAccessToken(fields, AGENT);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    throw faultOf(error, outcome, signal);
  }
}

/**
 * The SDK's way out. Of its requests only address and headers are taken, so no proxy that it may have found is used, and
 * what becomes of them is noted, as MSAL forgets it.
 */
function clientOf(transport: Transport, signal: AbortSignal, outcome: Outcome): HttpClient {
  return {
    async sendRequest(request) {
      const copy = () =>
        createPipelineRequest({
          url: request.url,
          headers: createHttpHeaders(request.headers.toJSON()),
          allowInsecureConnection: true,
        });
      try {
        const response = await ask(copy, patience, transport, signal);
        outcome.status = response.status;
        return { ...response, request };
      } catch (error) {
        outcome.fault = error;
        throw error;
      }
    },
  };
}

/** The SDK's own texts may quote what the agent answered, so none of them is told. */
function faultOf(error: unknown, { status, fault }: Outcome, signal: AbortSignal): DriverError {
  const unavailable = (text: string) =>
    new DriverError('TokenUnavailable', `${AGENT} ${text}`, { cause: error });
  if (fault !== undefined) {
    if (fault instanceof DriverError) return fault;
    signal.throwIfAborted();
    return unavailable(
      `could not be reached on 127.0.0.1:40342: ${describeConnectionFault(fault)}; check that the agent runs with ${SHOW}`,
    );
  }
  const code = challengeCodeOf(error);
  if (code !== undefined) return unavailable(`${challengeFaults[code]}`);
  if (status === 200) return unavailable('answered without a usable access token');
  if (status === 401)
    return unavailable(`refused the key that it named itself (HTTP 401); restart the agent (himds)`);
  if (status === undefined) return unavailable(`was not asked (${systemCode(error)}); please report this`);
  return unavailable(
    `gave no token to the system-assigned managed identity (HTTP ${status}); check with ${SHOW} that the node is connected to Azure and has this identity`,
  );
}

function challengeCodeOf(error: unknown): string | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const { errorCode } = current as { errorCode?: unknown };
    if (typeof errorCode === 'string' && Object.hasOwn(challengeFaults, errorCode)) return errorCode;
  }
  return undefined;
}
