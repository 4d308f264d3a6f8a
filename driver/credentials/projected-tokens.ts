import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DriverError } from '../errors.ts';
import type { PodContext } from '../options/pod.ts';
import type { FederatedToken, FederatedTokens } from '../ports.ts';
import { isInterrupt } from './interrupt.ts';
import { filesOfProjectedVolumes } from './projected-volumes.ts';
import { readServiceAccountToken, type ServiceAccountToken } from './service-account-token.ts';

const POLL_INTERVAL_MS = 250;
/**
 * kubelet mounts a pod's volumes at the same time, in any order, and the token comes from the API server. After this a
 * missing one is a fault of the manifest; should the cluster just be slow, kubelet repeats the mount.
 */
const LONGEST_WAIT_MS = 30_000;
/** A token that ends sooner may end on its way to Entra. */
const LEAST_LIFE_MS = 10_000;

/**
 * The tokens of one pod's service account in its projected volumes, which kubelet keeps beside the volume that is to
 * be mounted: `…/pods/<uid>/volumes/kubernetes.io~projected/<volume>/…`.
 * @param target the directory of the volume to be mounted
 */
export function createProjectedTokens(target: string): FederatedTokens {
  return {
    async find(pod, audiences, signal): Promise<FederatedToken> {
      const directory = directoryOfProjectedVolumes(target, pod);
      const patience = AbortSignal.timeout(LONGEST_WAIT_MS);
      const either = AbortSignal.any([signal, patience]);
      for (;;) {
        const token = findIn(directory, audiences);
        if (token !== undefined) return checked(token, pod);
        await delay(POLL_INTERVAL_MS, undefined, { signal: either }).catch(() => undefined);
        if (isInterrupt(signal.reason)) throw signal.reason;
        if (either.aborted) throw expiredToken(directory, audiences) ?? missing(audiences);
      }
    },
  };
}

/** @throws DriverError `TokenUnavailable` when kubelet's word on the pod and the directory do not agree */
function directoryOfProjectedVolumes(target: string, { uid }: PodContext): string {
  const volumes = dirname(dirname(target));
  if (uid === '' || basename(volumes) !== 'volumes' || basename(dirname(volumes)) !== uid) {
    throw new DriverError(
      'TokenUnavailable',
      `useworkloadidentity: the directory ${target} is not one of the pod with uid "${uid}" that kubelet names`,
    );
  }
  return join(volumes, 'kubernetes.io~projected');
}

function tokensIn(directory: string): ServiceAccountToken[] {
  return [...filesOfProjectedVolumes(directory)].flatMap((text) => readServiceAccountToken(text) ?? []);
}

/** The audiences' order is that of preference. */
function findIn(
  directory: string,
  audiences: readonly string[],
): (ServiceAccountToken & { audience: string }) | undefined {
  const valid = tokensIn(directory).filter(({ expiresAt }) => expiresAt > Date.now() + LEAST_LIFE_MS);
  for (const audience of audiences) {
    const found = valid.find((token) => token.audiences.includes(audience));
    if (found !== undefined) return { ...found, audience };
  }
  return undefined;
}

/** Whoever put another pod's token there, this pod must not become that one by it. */
function checked(found: ServiceAccountToken & { audience: string }, pod: PodContext): FederatedToken {
  const { token, issuer, subject, audience } = found;
  const account = `${pod.namespace}:${pod.serviceAccountName}`;
  const ofPod =
    found.namespace === pod.namespace &&
    found.serviceAccountName === pod.serviceAccountName &&
    found.podUid === pod.uid &&
    subject === `system:serviceaccount:${account}`;
  if (!ofPod) {
    throw new DriverError(
      'TokenUnavailable',
      `the service account token among the pod's projected volumes is not of this pod (uid ${pod.uid}, service account ${account.replace(':', '/')}), so it is not used`,
    );
  }
  return { token, issuer, subject, audience };
}

/** kubelet renews a token when 80 % of its life is over. One that has expired means that kubelet cannot, or a wrong clock. */
function expiredToken(directory: string, audiences: readonly string[]): DriverError | undefined {
  const known = tokensIn(directory).filter((token) => token.audiences.some((one) => audiences.includes(one)));
  if (known.length === 0) return undefined;
  const time = new Date(Math.max(...known.map(({ expiresAt }) => expiresAt))).toISOString();
  return new DriverError(
    'FederatedTokenMissing',
    `the pod's projected service account token of audience ${audiences.join(' or ')} expired at ${time}, and kubelet has not renewed it; check the node's clock, and in kubelet's journal why it gets no token from the API server`,
  );
}

function missing(audiences: readonly string[]): DriverError {
  return new DriverError(
    'FederatedTokenMissing',
    `the pod has no projected service account token of audience ${audiences.join(' or ')}; give it a projected volume with a serviceAccountToken source of that audience, which a container mounts (kubelet passes over volumes that none does), or, where the webhook of Azure Workload Identity runs, the label azure.workload.identity/use: "true"`,
  );
}
