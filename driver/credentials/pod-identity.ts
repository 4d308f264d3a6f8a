import { setTimeout as delay } from 'node:timers/promises';
import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { PodContext } from '../options/pod.ts';
import type { AccessToken } from '../ports.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import { createPipeline, type Transport } from '../transport/transport.ts';
import { isInterrupt } from './interrupt.ts';
import { parseJsonObject, readAccessToken } from './token-response.ts';

/** Assigning an identity to a new pod takes about 35 s; asking every two is soon enough. */
const RETRY_INTERVAL_MS = 2000;

/**
 * Asks the NMI on the node's loopback for a token of this very pod. 404 means "no identity assigned (yet)" and
 * is asked again until the deadline. Source: aad-pod-identity, pkg/nmi/server, `/host/token/`.
 * @param allowedPorts where else may NMI be? The pod's author names the port, and the driver, being root on the node,
 *   must not try its loopback for them
 * @throws DriverError `IdentityNotAssigned` at the deadline, `TokenUnavailable` otherwise
 */
export async function getPodIdentityToken(
  nmiPort: number,
  allowedPorts: readonly number[],
  pod: PodContext,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken> {
  if (!allowedPorts.includes(nmiPort)) {
    throw new DriverError(
      'OptionsInvalid',
      `the volume's options have 1 fault: nmiport: ${nmiPort} is not a port of NMI on this node (${allowedPorts.join(', ')}); an admin can add it to nmiPorts of the node configuration`,
    );
  }
  const who = `${pod.namespace}/${pod.name}`;
  let hasAnswered = false;
  for (;;) {
    const response = await ask(nmiPort, pod, cloud, transport, signal).catch((error: unknown) => {
      if (signal.aborted) throw hasAnswered ? ended(signal, who, error) : silent(signal, nmiPort, who, error);
      throw new DriverError(
        'TokenUnavailable',
        `NMI could not be reached on 127.0.0.1:${nmiPort} of this node: ${describeConnectionFault(error)}; check that aad-pod-identity runs on the node, and the option nmiport`,
        { cause: error },
      );
    });
    if (response.status === 200)
      return readAccessToken(parseJsonObject(response.bodyAsText)?.['token'], 'NMI');
    if (response.status !== 404) throw await refusal(response, who);
    hasAnswered = true;
    await delay(RETRY_INTERVAL_MS, undefined, { signal }).catch((error: unknown) => {
      throw ended(signal, who, error);
    });
  }
}

async function ask(
  nmiPort: number,
  pod: PodContext,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  const request = createPipelineRequest({
    // 127.0.0.1, not localhost: NMI answers 500 to ::1.
    url: `http://127.0.0.1:${nmiPort}/host/token/?resource=${encodeURIComponent(cloud.resource)}`,
    headers: createHttpHeaders({ podname: pod.name, podns: pod.namespace }),
    abortSignal: signal,
    allowInsecureConnection: true,
  });
  return createPipeline(transport).sendRequest(transport.httpClient, request);
}

/** NMI quotes what Entra or the metadata service says, of which the code is told. */
async function refusal({ status, bodyAsText }: PipelineResponse, who: string): Promise<DriverError> {
  const { codeWithin, meaningOf } = await import('./entra-refusal.ts');
  const code = codeWithin(bodyAsText);
  const advice =
    meaningOf(code)?.text ??
    "check that the AzureIdentity of the pod's AzureIdentityBinding exists and may be used by this node";
  const reference = code === undefined ? `HTTP ${status}` : `HTTP ${status}, ${code}`;
  return new DriverError('TokenUnavailable', `NMI gave no token for pod ${who} (${reference}); ${advice}`);
}

/** NMI in its standard mode holds a question for up to 100 s, until the pod has an identity. */
function silent({ reason }: AbortSignal, nmiPort: number, who: string, cause: unknown): DriverError {
  if (isInterrupt(reason)) return reason;
  return new DriverError(
    'TokenUnavailable',
    `NMI on 127.0.0.1:${nmiPort} of this node did not answer for pod ${who} until the deadline; check its log on the node, and that the pod's label aadpodidbinding names the selector of an AzureIdentityBinding, for which NMI may be waiting`,
    { cause },
  );
}

/** At the deadline the likely cause helps more than the deadline itself; an interrupt has no other cause. */
function ended({ reason }: AbortSignal, who: string, cause: unknown): DriverError {
  if (isInterrupt(reason)) return reason;
  return new DriverError(
    'IdentityNotAssigned',
    `NMI has assigned no identity to pod ${who}; check that the pod's label aadpodidbinding names the selector of an AzureIdentityBinding`,
    { cause },
  );
}
