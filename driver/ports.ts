import type { Cloud } from './options/clouds.ts';
import type { Identity } from './options/identity.ts';
import type { NamedObject, ObjectType, Selection } from './options/items.ts';
import type { PodContext } from './options/pod.ts';
import type { VolumeRecord, VolumeSummary } from './record/record.ts';

/** Every outside system that a call-out touches, on one page. Adapters implement these; only call-out-ports.ts and main.ts know both. */

/** What is asked of the vaults: one identity, one pod, all items at once. */
export interface ReadRequest {
  readonly pod: PodContext;
  readonly identity: Identity;
  readonly cloud: Cloud;
  readonly items: readonly ReadItem[];
  /** Nothing but the items may be asked for, not even to explain that one is missing: a policy is in force. */
  readonly onlyItems?: boolean;
  /** How old what the node agent still knows may be, where Azure cannot be asked; milliseconds. */
  readonly startStaleMs?: number | undefined;
}

/** The part of a volume's item that says what to read; `type` is its form's. */
export interface ReadItem {
  /** Where it was written, for messages: `objects[2]`. */
  readonly origin: string;
  readonly type: ObjectType;
  readonly vault: string;
  readonly fallbackVault: string | undefined;
  readonly source: NamedObject | Selection;
  readonly optional: boolean;
}

/** An object that was found, with what the vault says of it. */
export interface FoundObject {
  /** Name of the vault that served it: the item's own, or its fallback. */
  readonly vault: string;
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly version: string;
  readonly content: VaultObject;
  readonly attributes: ObjectAttributes;
  /** When it was read, where that was for an earlier mount and Azure could not be asked now; milliseconds since 1970. */
  readonly readAt?: number | undefined;
}

/** Times are milliseconds since 1970. */
export interface ObjectAttributes {
  readonly contentType: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly notBefore: number | undefined;
  readonly expires: number | undefined;
  readonly created: number | undefined;
  readonly updated: number | undefined;
}

/** An object as the vault holds it, before it takes the form of a file. */
export type VaultObject =
  | { readonly type: 'secret'; readonly value: string; readonly contentType: string | undefined }
  | { readonly type: 'key'; readonly key: PublicKey }
  | { readonly type: 'cert'; readonly der: Uint8Array };

/** The public part of a key: big-endian integers, as in RFC 7518 section 6. */
export type PublicKey =
  | { readonly kty: 'RSA'; readonly n: Uint8Array; readonly e: Uint8Array }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: Uint8Array; readonly y: Uint8Array };

export interface ObjectReader {
  /**
   * Reads all items or none. Answers one list per item, in order: one object for a named one (none when it is
   * optional and missing), any number for a selection.
   * @throws DriverError naming every object that could not be read
   */
  read(request: ReadRequest, signal: AbortSignal): Promise<FoundObject[][]>;
}

/** An access token; the value never appears in a message or log. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TokenSource {
  /**
   * A token of this identity for the cloud's vaults. The items tell a vault to ask for the tenant when none is named.
   * @throws DriverError `CredentialRejected`, `IdentityNotAssigned`, `FederatedTokenMissing` or `TokenUnavailable`
   */
  getToken(request: TokenRequest, signal: AbortSignal): Promise<AccessToken>;
}

export type TokenRequest = Pick<ReadRequest, 'identity' | 'cloud' | 'pod' | 'items'>;

/** A token that Kubernetes issued for a pod's service account, which Entra takes as proof (RFC 7523). */
export interface FederatedToken {
  readonly token: string;
  /** Its own words on who issued it for whom, for messages. */
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

export interface FederatedTokens {
  /**
   * The token that kubelet projects into this pod for one of the audiences, waited for until it is there.
   * @throws DriverError `FederatedTokenMissing`
   */
  find(pod: PodContext, audiences: readonly string[], signal: AbortSignal): Promise<FederatedToken>;
}

/** One file of a volume: a path below the volume's root and its bytes. */
export interface VolumeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits; undefined means the volume's. */
  readonly mode?: number | undefined;
}

/** What reading a volume came to: all that its mount takes of it. */
export interface VolumeContents {
  readonly files: readonly VolumeFile[];
  readonly summary: VolumeSummary;
}

/** How a volume's files appear to the pod. */
export interface VolumeForm {
  readonly readOnly: boolean;
  /** Permission bits of the files. */
  readonly fileMode: number;
  /** Numeric owner and group of files and directories. */
  readonly uid: number;
  readonly gid: number;
  /** Permission bits of the volume's root, which a pod may write to when the volume is not read-only. */
  readonly rootMode: number;
}

/** The volume that appears at one target directory. All methods are safe to repeat. */
export interface Volume {
  /** Is a finished volume mounted at the target? */
  isPublished(): boolean;
  /** Makes a volume with these files appear at the target, whole or not at all. Its record goes with it. */
  publish(
    files: readonly VolumeFile[],
    form: VolumeForm,
    record: VolumeRecord,
    signal: AbortSignal,
  ): Promise<void>;
  /** Takes the volume, what a killed call-out left of it, and the target directory away. */
  remove(): Promise<void>;
}

export interface VolumeStore {
  /**
   * Runs `action` on the volume of a target directory while no other process of this driver does.
   * @throws DriverError `TargetRefused` when the target is not a directory for one of kubelet's volumes
   */
  withVolume<T>(target: string, signal: AbortSignal, action: (volume: Volume) => Promise<T>): Promise<T>;
}

/**
 * Called at each step of a long computation. Answers a promise when something else is to have the thread first, and
 * undefined when the computation may go on. The promise rejects when the computation is to end.
 */
export type Breathe = () => Promise<void> | undefined;

/** Runs a computation that may be long, where it holds up as little else as it can. */
export type Compute = <T>(task: (breathe: Breathe) => Promise<T>) => Promise<T>;
