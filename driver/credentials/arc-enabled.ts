import { existsSync } from 'node:fs';

/**
 * Is the node a machine outside Azure that Azure Arc manages? Told by its agent's program, as MSAL does: the agent's
 * variables may be in people's shells, but not in kubelet's environment.
 */
export function isArcEnabled(): boolean {
  return existsSync('/opt/azcmagent/bin/himds');
}
