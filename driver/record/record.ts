import type { KubeletEnvironment } from '../agent/protocol.ts';
import type { Identity } from '../options/identity.ts';
import type { ObjectType } from '../options/items.ts';
import type { RotationRequest } from '../options/rotation.ts';
import type { VolumeForm } from '../ports.ts';

/** Below the run directory, a file for each mounted volume, with the volume's own name. */
export const RECORDS_DIRECTORY = 'records';

/** Changes when a field changes its meaning or goes; a record of another version is passed over. */
export const RECORD_SCHEMA_VERSION = 1;

/** kubelet passes the options in one argument, of which Linux takes 128 KiB; the objects' versions take more room. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** What a mounted volume was made of: all that is needed to read it again, and to tell of it. No value is in it. */
export interface VolumeRecord {
  /** kubelet's document, as it came; without the Secret's values unless `secret` says that they are kept. */
  readonly options: Readonly<Record<string, string>>;
  readonly secret: 'none' | 'kept' | 'left-out';
  /** What kubelet's environment said of the way out; undefined where that was left out. */
  readonly environment: KubeletEnvironment | undefined;
  /** The volume was not to rotate, and the proxy has a password, which is kept only for rotation. */
  readonly proxyLeftOut?: boolean | undefined;
  readonly identity: Identity['kind'];
  readonly rotation: RotationRequest;
  /** Did the vault not serve it, but the node agent's memory? Then it is read again as soon as can be. */
  readonly isStale: boolean;
  readonly objects: readonly RecordedObject[];
  readonly form: VolumeForm;
  readonly driverVersion: string;
}

/** What a reading found that a volume's record tells; no value is in it. */
export interface VolumeSummary {
  readonly identity: Identity['kind'];
  readonly rotation: RotationRequest;
  /** Is the volume to be read again, at its times or because it is stale? */
  readonly rotates: boolean;
  /** May what the Secret holds be kept, to read the volume again? */
  readonly keepsSecret: boolean;
  /** When the oldest object was read, where Azure could not be asked; milliseconds since 1970. */
  readonly staleSince?: number | undefined;
  readonly objects: readonly RecordedObject[];
  readonly form: VolumeForm;
}

/** A proxy's user and password stand before an `@`. */
export function mayHoldPassword({ proxy }: KubeletEnvironment): boolean {
  return proxy.httpsProxy?.includes('@') ?? false;
}

/** A record with what only shows when the volume is mounted. */
export interface PlacedRecord extends VolumeRecord {
  readonly schemaVersion: typeof RECORD_SCHEMA_VERSION;
  /** kubelet's directory. */
  readonly target: string;
  /** `st_dev` of the volume's tmpfs: no other file system bears it while this one is there. */
  readonly device: number;
  /** Is its managed identity that of Azure Arc's agent? Undefined of drivers that did not tell. */
  readonly arcIdentity?: boolean | undefined;
  /** When the volume was filled: ISO 8601, and seconds since the node was started, which no clock set anew changes. */
  readonly mountedAt: string;
  readonly mountedUptime: number;
}

export interface RecordedObject {
  readonly type: ObjectType;
  readonly vault: string;
  readonly name: string;
  readonly version: string;
  /** As the vault says, in milliseconds since 1970. */
  readonly expires?: number | undefined;
}
