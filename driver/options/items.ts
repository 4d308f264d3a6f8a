/** What a volume is to hold, as parsed from the options; pure data that the reader and the forms share. */

/** The kinds of Key Vault objects, spelled as in the options. */
export const objectTypes = ['secret', 'key', 'cert'] as const;
export type ObjectType = (typeof objectTypes)[number];

/** So many entries one volume may have. */
export const MAX_ITEMS = 512;

/** One entry of a volume: what to read from where, and the form its file (or files) take. */
export interface VolumeItem {
  /** Where it was written, for messages: `keyvaultobjectnames item 3`, `objects[2]`. */
  readonly origin: string;
  readonly vault: string;
  /** Read instead when `vault` is unreachable or throttled; never on 401, 403 or 404. */
  readonly fallbackVault: string | undefined;
  readonly source: NamedObject | Selection;
  readonly form: ObjectForm;
  /** Permission bits of the file; undefined means the volume's. */
  readonly mode: number | undefined;
  /** A missing object (404) does not fail the mount. */
  readonly optional: boolean;
  /** Adds `<file>.metadata.json` beside the file. */
  readonly metadata: boolean;
}

/** One object by name. */
export interface NamedObject {
  readonly kind: 'named';
  readonly name: string;
  /** 32 hexadecimal digits, lower case; undefined means the latest version. */
  readonly version: string | undefined;
  /** Path below the volume. */
  readonly file: string;
}

/** All objects of the vault that match; each becomes a file with the object's name. */
export interface Selection {
  readonly kind: 'selection';
  /** Glob over object names, case-insensitive; undefined matches all. */
  readonly name: string | undefined;
  /** Tags that an object must have, with these values. */
  readonly tags: Readonly<Record<string, string>>;
  /** Directory below the volume that the files go into; undefined means the root. */
  readonly directory: string | undefined;
}

/** The form of an object's file. The type of the object is the union's tag. */
export type ObjectForm =
  | {
      readonly type: 'secret';
      /** `auto`: `pem` for a secret behind a certificate (by its content type), else `raw`. */
      readonly format: 'auto' | 'raw' | 'pem' | 'pfx';
      /** Of a secret behind a certificate, in format `pem`. */
      readonly part: 'all' | 'key' | 'cert' | 'chain';
      /** How the stored text decodes to bytes. */
      readonly encoding: 'utf-8' | 'base64' | 'hex';
      /** Picks one value of a JSON document, `a.b`; undefined takes the whole. */
      readonly property: string | undefined;
    }
  | { readonly type: 'key'; readonly format: 'pem' | 'jwk' | 'der' }
  | { readonly type: 'cert'; readonly format: 'pem' | 'der' };

/** Everything in one file instead of a file per object. */
export interface CombinedFile {
  readonly file: string;
  readonly format: 'dotenv' | 'json' | 'properties';
}

/** What a pod's author wrote of permissions for the whole volume; undefined means the default. */
export interface FilePermissions {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Forms of the predecessor's lists: the bytes of secrets and certificates stay what they were. */
export const legacyForms: Readonly<Record<ObjectType, ObjectForm>> = {
  secret: { type: 'secret', format: 'raw', part: 'all', encoding: 'utf-8', property: undefined },
  key: { type: 'key', format: 'pem' },
  cert: { type: 'cert', format: 'der' },
};
