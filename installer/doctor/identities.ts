import { describeConnectionFault } from '../../driver/transport/connection-fault.ts';
import type { Finding, Status } from './finding.ts';
import { readNodeConfig } from './installed-config.ts';
import type { Scope } from './scope.ts';

const LIMIT_MS = 4000;
/** Plain HTTP has neither authorities nor a proxy. */
const plainly = { way: { caBundle: undefined, proxy: undefined }, limitMs: LIMIT_MS };

/** NMI of aad-pod-identity refuses what names no pod, and so shows that it is there. */
export async function checkNmi(scope: Scope): Promise<Finding[]> {
  const check = 'NMI';
  const { nmiPorts } = readNodeConfig(scope.settings);
  if (!scope.onNodesNetwork) {
    const found = `it listens on the node's loopback (port ${nmiPorts.join(', ')}), which a pod with a network of its own cannot see`;
    return [{ check, status: 'note', found, ...toWhom(scope, 'pod-identity') }];
  }
  const findings = nmiPorts.map(async (port): Promise<Finding> => {
    try {
      await scope.ask(`http://127.0.0.1:${port}/host/token/`, { ...plainly, headers: {} });
      return { check, status: 'ok', found: `answers on 127.0.0.1:${port}` };
    } catch (error) {
      const found = `no answer on 127.0.0.1:${port}: ${describeConnectionFault(error)}`;
      return { check, status: gravity(scope, 'pod-identity'), found, ...toWhom(scope, 'pod-identity') };
    }
  });
  return Promise.all(findings);
}

/** The node's metadata service (IMDS). `/metadata/versions` tells nothing that is anybody's secret. */
export async function checkMetadataService(scope: Scope): Promise<Finding[]> {
  const check = 'metadata service';
  const host = new URL(scope.metadataService).host;
  try {
    const url = `${scope.metadataService}/metadata/versions`;
    const { status } = await scope.ask(url, { ...plainly, headers: { metadata: 'true' } });
    if (status === 200) return [{ check, status: 'ok', found: `answers on ${host}` }];
    const found = `something answers HTTP ${status} on ${host}, where Azure's service answers 200`;
    return [
      { check, status: gravity(scope, 'managed-identity'), found, ...toWhom(scope, 'managed-identity') },
    ];
  } catch (error) {
    const from = scope.onNodesNetwork ? '' : " from this pod, whose network is not the node's";
    const found = `no answer on ${host}${from}: ${describeConnectionFault(error)}`;
    const status = scope.onNodesNetwork ? gravity(scope, 'managed-identity') : 'note';
    return [{ check, status, found, ...toWhom(scope, 'managed-identity') }];
  }
}

type NodeIdentity = 'pod-identity' | 'managed-identity';

const options = { 'pod-identity': 'usepodidentity', 'managed-identity': 'usevmmanagedidentity' } as const;

function isInUse({ history }: Scope, kind: NodeIdentity): boolean {
  return history.some(({ identity }) => identity === kind);
}

function gravity(scope: Scope, kind: NodeIdentity): Status {
  return isInUse(scope, kind) ? 'fault' : 'note';
}

function toWhom(scope: Scope, kind: NodeIdentity): { todo: string } {
  const who = `only volumes with ${options[kind]} need it`;
  return {
    todo: isInUse(scope, kind)
      ? `${who}, and there are some on this node`
      : `${who}; the events know of none here`,
  };
}
