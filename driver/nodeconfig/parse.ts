import type { NodeConfig } from './node-config.ts';
import { checkQuickly } from './quick-check.ts';

/**
 * Parses the text of a node configuration, strictly. The schema is only loaded when something is wrong.
 * @throws DriverError `NodeConfigInvalid` naming every faulty field
 */
export async function parseNodeConfigQuickly(text: string): Promise<NodeConfig> {
  return checkQuickly(jsonOf(text)) ?? (await import('./schema.ts')).parseNodeConfig(text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
