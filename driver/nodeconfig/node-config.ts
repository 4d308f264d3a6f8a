import type { CustomCloud } from '../options/clouds.ts';
import { type NodeRotation, readNodeRotation } from '../options/rotation.ts';
import type { Policy } from '../policy/policy.ts';

/** What an admin laid down for a node. Source: docs/options.md, "Node configuration". */
export interface NodeConfig {
  readonly schemaVersion: 1;
  readonly clouds: Readonly<Record<string, CustomCloud>>;
  /** PEM certificates of authorities trusted beside the runtime's own. */
  readonly caBundle?: string | undefined;
  /** Instead of kubelet's HTTPS_PROXY. */
  readonly httpsProxy?: string | undefined;
  /** Instead of kubelet's NO_PROXY. */
  readonly noProxy?: readonly string[] | undefined;
  /** Ports of the node's loopback where pods may have NMI asked; the driver would else knock at any for them. */
  readonly nmiPorts: readonly number[];
  readonly deadlineSeconds: number;
  readonly policy?: Policy | undefined;
  readonly rotation: NodeRotation;
}

export { NODE_CONFIG_FILE } from './file.ts';

/** What holds where no configuration was written: the four public clouds and the runtime's own CAs. */
export const defaultNodeConfig: NodeConfig = {
  schemaVersion: 1,
  clouds: {},
  nmiPorts: [2579],
  // kubelet's own wait for a pod's volumes ends after 123 s.
  deadlineSeconds: 110,
  rotation: readNodeRotation({}),
};
