import type { ErrorCode } from '../errors.ts';
import type { FederatedToken } from '../ports.ts';
import type { VolumeSummary } from '../record/record.ts';
import type { AskedFor } from '../recorder.ts';
import type { ProxySettings } from '../transport/proxy.ts';

/**
 * The messages of driver and node agent over the agent's socket. One connection carries one question, which the driver
 * sends at once, and its replies: `working` from time to time, then one of the others. Each is a frame (frame.ts).
 */

/** Counts up with every change that the other side would not understand: then the driver reads by itself. */
export const PROTOCOL_VERSION = 3;

/** kubelet passes a volume's options in one argument, of which Linux takes 128 KiB; JSON in JSON takes more room. */
export const MAX_QUESTION_BYTES = 1024 * 1024;
/** A volume of 512 secrets of 25 KiB in a few forms is no larger. The driver reads a larger one by itself. */
export const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** How often the agent says that it is working. */
export const WORKING_EVERY_MS = 1000;

/** Where the agent's socket is below the run directory. */
export const AGENT_DIRECTORY = 'agent';
export const AGENT_SOCKET = 'agent.sock';

/** The driver asks for a whole volume: the agent parses the options, enforces the policy, reads and makes the files. */
export interface Question {
  readonly version: number;
  readonly ask: 'volume';
  /** The agent answers only a driver of its own version: options of another one may mean something else. */
  readonly driverVersion: string;
  /** kubelet's document, as it came: options, the pod, the values of the Secret. */
  readonly document: string;
  /** The pod's own proof, for workload identity, once the agent has asked for it: the agent sees no directory of a pod. */
  readonly federatedToken?: FederatedToken | undefined;
  /** Whether Azure Arc manages the node: its identities are proved by files that only the driver sees. */
  readonly arcEnabled: boolean;
  /** What is left until the call-out gives up, in milliseconds, and what it then says. */
  readonly deadline: { readonly milliseconds: number; readonly message: string };
  readonly environment: KubeletEnvironment;
}

/** What kubelet's environment says of the way out of the node, as both have to take the same. */
export interface KubeletEnvironment {
  readonly proxy: ProxySettings;
}

/**
 * Why the agent does not answer: the driver then reads by itself. `files-of-node`: the volume's identity is proved by files
 * that the agent does not see.
 */
export const refusals = ['version', 'malformed', 'busy', 'too-large', 'internal', 'files-of-node'] as const;
export type Refusal = (typeof refusals)[number];

export type Reply =
  | { readonly is: 'working' }
  | VolumeOnWire
  /** A DriverError: what the driver would have said itself. */
  | {
      readonly is: 'fault';
      readonly code: ErrorCode;
      readonly message: string;
      readonly reference?: string | undefined;
      readonly asked?: AskedFor | undefined;
    }
  /** The volume has workload identity: ask again with the pod's token for this cloud. */
  | { readonly is: 'wants-token'; readonly cloud: string; readonly asked?: AskedFor | undefined }
  | { readonly is: 'refused'; readonly why: Refusal };

/** A volume; the bytes of its files are the frame's body, one file after the other. */
export interface VolumeOnWire {
  readonly is: 'volume';
  readonly asked?: AskedFor | undefined;
  readonly summary: VolumeSummary;
  readonly files: readonly FileOnWire[];
}

export interface FileOnWire {
  readonly path: string;
  readonly mode?: number | undefined;
  /** How many bytes of the body are this file's. */
  readonly size: number;
}
