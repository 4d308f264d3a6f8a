import type { PastCallOut } from '../events/history.ts';
import type { Settings } from '../settings.ts';
import type { Ask } from './ask.ts';

/** What is examined, and from where. */
export interface Scope {
  readonly settings: Settings;
  /** Of the image. */
  readonly version: string;
  readonly vaults: readonly string[];
  /** As pods write it in `cloudname`; undefined means the public one. */
  readonly cloudName: string | undefined;
  /** What the node's events tell. */
  readonly history: readonly PastCallOut[];
  /** Is our network the node's own? Else what cannot be reached from here may well be reached by the driver. */
  readonly onNodesNetwork: boolean;
  /** Origin of the node's metadata service. */
  readonly metadataService: string;
  readonly ask: Ask;
}
