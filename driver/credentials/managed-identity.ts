import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { Assignment } from '../options/identity.ts';
import type { AccessToken } from '../ports.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import type { Transport } from '../transport/transport.ts';
import { ask, type Patience } from './ask.ts';
import { parseJsonObject, readAccessToken } from './token-response.ts';

const ENDPOINT = 'http://169.254.169.254/metadata/identity/oauth2/token';

/**
 * Until the call-out's deadline, as the service documents it: 404 and 410 mean that it is being updated, which takes
 * up to 70 s, and 429 that it is asked too often. Source: "How to use managed identities … to acquire an access
 * token", retry guidance.
 */
const isPassing = (status: number) => status === 404 || status === 410 || status === 429 || status >= 500;
const patience: Patience = {
  isBusy: ({ status }) => isPassing(status),
  pause: (repetition) => Math.min(1000 * 2 ** repetition, 16_000),
  attemptMs: 10_000,
  // Not a machine of Azure, or a network policy in the way: there is no use in asking until the deadline.
  silentAttempts: 3,
};

/** What asks for an identity by which of its ids. */
const parameters = {
  'client-id': 'client_id',
  'object-id': 'object_id',
  'resource-id': 'msi_res_id',
} as const;

/**
 * A token of a managed identity of the node, from its metadata service. Asked for without the SDK, whose credential
 * loads MSAL for this one request; docs/adr/0007 has the figures.
 * @throws DriverError `IdentityNotAssigned` or `TokenUnavailable`
 */
export async function getManagedIdentityToken(
  assignment: Assignment,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken> {
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource: cloud.resource });
  if (assignment.kind !== 'system') query.set(parameters[assignment.kind], assignment.id);
  const response = await askService(`${ENDPOINT}?${query}`, transport, signal);
  const body = parseJsonObject(response.bodyAsText);
  if (response.status === 200) return readAccessToken(body, "the node's metadata service (IMDS)");
  throw await refusal(response.status, body ?? {}, assignment);
}

async function askService(url: string, transport: Transport, signal: AbortSignal): Promise<PipelineResponse> {
  const request = () =>
    createPipelineRequest({
      url,
      headers: createHttpHeaders({ metadata: 'true' }),
      allowInsecureConnection: true,
    });
  try {
    return await ask(request, patience, transport, signal);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    signal.throwIfAborted();
    throw new DriverError(
      'TokenUnavailable',
      `the node's metadata service (IMDS) could not be reached on 169.254.169.254: ${describeConnectionFault(error)}; check that the node is a machine of Azure, and that no network policy of the node keeps root from it`,
      { cause: error },
    );
  }
}

/** The description is Azure's text: the two known ones, and codes of Entra, are told in the driver's words. */
async function refusal(
  status: number,
  body: Readonly<Record<string, unknown>>,
  assignment: Assignment,
): Promise<DriverError> {
  const description = String(body['error_description'] ?? '');
  const identity = describe(assignment);
  if (status === 400 && /identity not found/i.test(description)) {
    return new DriverError(
      'IdentityNotAssigned',
      `the node has no ${identity} (its metadata service answered HTTP 400, identity not found); assign it to the node's virtual machine or scale set, or check the id`,
    );
  }
  if (status === 400 && /multiple user.assigned identities/i.test(description)) {
    return new DriverError(
      'IdentityNotAssigned',
      'the node has several user-assigned managed identities; choose one with vmmanagedidentityclientid (its metadata service answered HTTP 400)',
    );
  }
  const refused = `the node's metadata service (IMDS) gave no token to ${identity}`;
  if (isPassing(status))
    return new DriverError('TokenUnavailable', `${refused} (HTTP ${status}); kubelet will ask again`);
  const { codeWithin, firstSentence, meaningOf } = await import('./entra-refusal.ts');
  const code = codeWithin(description) ?? /^[a-z_]{3,64}$/.exec(String(body['error'] ?? ''))?.[0];
  const meaning = meaningOf(code);
  const advice = meaning?.text ?? firstSentence(description);
  return new DriverError(
    meaning === undefined || meaning.passing ? 'TokenUnavailable' : 'CredentialRejected',
    `${refused}${advice === undefined ? '' : `: ${advice}`} (HTTP ${status}${code === undefined ? '' : `, ${code}`})`,
  );
}

function describe(assignment: Assignment): string {
  switch (assignment.kind) {
    case 'system':
      return 'system-assigned managed identity';
    case 'client-id':
      return `managed identity with client id ${assignment.id}`;
    case 'object-id':
      return `managed identity with object id ${assignment.id}`;
    case 'resource-id':
      return `managed identity ${assignment.id}`;
  }
}
