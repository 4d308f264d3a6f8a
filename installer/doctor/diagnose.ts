import { systemErrorCode } from '../fault.ts';
import { checkAgent } from './agent.ts';
import { checkAzure } from './azure.ts';
import { checkFailures, checkKubelet } from './calls.ts';
import { checkInstalledDriver } from './driver.ts';
import type { Finding } from './finding.ts';
import { checkMetadataService, checkNmi } from './identities.ts';
import { checkMetrics } from './metrics.ts';
import { checkInstalledConfig } from './node-config.ts';
import { checkPluginDirectory } from './plugin-directory.ts';
import { checkRotation } from './rotation/check.ts';
import { checkLeftovers, checkRoom } from './run-directory.ts';
import type { Scope } from './scope.ts';

/** Each check is given so long; they run side by side. The longest is the driver's own `init`. */
const LIMIT_MS = 15_000;

type Check = (scope: Scope) => Promise<Finding[]>;

const checks: readonly (readonly [string, Check])[] = [
  ['plugin directory', checkPluginDirectory],
  ['driver', checkInstalledDriver],
  ['configuration', checkInstalledConfig],
  ['kubelet', checkKubelet],
  ['run directory', checkRoom],
  ['leftovers', checkLeftovers],
  ['node agent', checkAgent],
  ['rotation', checkRotation],
  ['metrics', checkMetrics],
  ['NMI', checkNmi],
  ['metadata service', checkMetadataService],
  ['Azure', checkAzure],
  ['failures', checkFailures],
];

/** Examines a node. Changes nothing on it; a check that fails or takes too long is a finding itself. */
export async function diagnose(scope: Scope, limitMs = LIMIT_MS): Promise<Finding[]> {
  return (await Promise.all(checks.map(([name, check]) => bounded(name, check(scope), limitMs)))).flat();
}

async function bounded(check: string, findings: Promise<Finding[]>, limitMs: number): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const found = `no answer within ${limitMs / 1000} s`;
    const finding: Finding = {
      check,
      status: 'warning',
      found,
      todo: 'see how busy the node is, then try again',
    };
    timer = setTimeout(resolve, limitMs, [finding]);
  });
  try {
    return await Promise.race([findings, late]);
  } catch (error) {
    return [{ check, status: 'fault', found: `it could not be examined (${systemErrorCode(error)})` }];
  } finally {
    clearTimeout(timer);
  }
}
