import type { Cloud } from '../options/clouds.ts';

/** What a token must be for to be taken by Entra. Source: Microsoft Entra Workload ID, "Workload identity federation". */
const AUDIENCE = 'api://AzureADTokenExchange';

/** The audiences of federated tokens that a cloud's Entra takes, in the order of preference. */
export function federationAudiences({ federationAudience }: Cloud): string[] {
  return [...(federationAudience === undefined ? [] : [federationAudience]), AUDIENCE];
}
