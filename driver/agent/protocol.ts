import type { ErrorCode } from '../errors.ts';
import type { ClientCredential, Identity } from '../options/identity.ts';
import type { FederatedToken, ObjectAttributes, ReadRequest } from '../ports.ts';
import type { ProxySettings } from '../transport/proxy.ts';

/**
 * What driver and node agent say to each other over the agent's socket. One connection carries one question, which
 * the driver sends at once, and its replies: `working` from time to time, then one of the others. Each is a frame
 * (frame.ts) of JSON, in which bytes are base64.
 */

/** Counts up with every change that the other side would not understand: then the driver reads by itself. */
export const PROTOCOL_VERSION = 2;

/** kubelet passes a volume's options in one argument, of which Linux takes 128 KiB; items take more room here. */
export const MAX_QUESTION_BYTES = 1024 * 1024;
/** A volume of 512 secrets of 25 KiB, each byte escaped, is no larger. What is larger the driver reads by itself. */
export const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** How often the agent says that it is working. */
export const WORKING_EVERY_MS = 1000;

/** Where the agent's socket is below the run directory. */
export const AGENT_DIRECTORY = 'agent';
export const AGENT_SOCKET = 'agent.sock';

export type Question = ReadQuestion;

export interface ReadQuestion {
  readonly version: number;
  readonly ask: 'read';
  readonly request: RequestOnWire;
  /** The pod's own proof, for workload identity: the agent sees no directory of a pod. */
  readonly federatedToken?: FederatedToken | undefined;
  /** What is left until the call-out gives up, in milliseconds, and what it then says. */
  readonly deadline: { readonly milliseconds: number; readonly message: string };
  readonly environment: KubeletEnvironment;
}

/** What kubelet's environment says of the way out of the node, as both have to take the same. */
export interface KubeletEnvironment {
  readonly proxy: ProxySettings;
}

/** The cloud goes by its name: where it is the agent reads in the node configuration itself. */
export interface RequestOnWire extends Pick<ReadRequest, 'pod' | 'items' | 'startStaleMs'> {
  readonly identity: IdentityOnWire;
  readonly cloud: string;
}

type IdentityOnWire =
  | Exclude<Identity, { kind: 'service-principal' }>
  | (Omit<Extract<Identity, { kind: 'service-principal' }>, 'credential'> & {
      readonly credential: CredentialOnWire;
    });

export type CredentialOnWire =
  | Extract<ClientCredential, { kind: 'secret' }>
  | { readonly kind: 'certificate'; readonly base64: string; readonly password: string | undefined };

/** Why the agent does not answer: the driver then reads by itself. */
export const refusals = ['version', 'malformed', 'busy', 'too-large', 'unknown-cloud', 'internal'] as const;
export type Refusal = (typeof refusals)[number];

export type Reply =
  | { readonly is: 'working' }
  | { readonly is: 'objects'; readonly found: readonly (readonly ObjectOnWire[])[] }
  /** A DriverError: what the driver would have said itself. */
  | {
      readonly is: 'fault';
      readonly code: ErrorCode;
      readonly message: string;
      readonly reference?: string | undefined;
    }
  | { readonly is: 'refused'; readonly why: Refusal };

export interface ObjectOnWire {
  readonly vault: string;
  readonly name: string;
  readonly version: string;
  readonly content: ContentOnWire;
  readonly attributes: ObjectAttributes;
  readonly readAt?: number | undefined;
}

export type ContentOnWire =
  | { readonly type: 'secret'; readonly value: string; readonly contentType?: string | undefined }
  | { readonly type: 'key'; readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | {
      readonly type: 'key';
      readonly kty: 'EC';
      readonly crv: string;
      readonly x: string;
      readonly y: string;
    }
  | { readonly type: 'cert'; readonly der: string };
