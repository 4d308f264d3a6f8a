import type { ObjectType } from '../options/items.ts';

/** One object of one vault; a version of undefined means the latest. */
export interface ObjectReference {
  readonly vault: string;
  readonly type: ObjectType;
  readonly name: string;
  readonly version: string | undefined;
}

/** Where the REST API has the objects of a type. Source: Key Vault REST reference. */
export const collections: Readonly<Record<ObjectType, string>> = {
  secret: 'secrets',
  key: 'keys',
  cert: 'certificates',
};

/** `secret "name"`, with the version where one was asked for. */
export function describeObject({ type, name, version }: Omit<ObjectReference, 'vault'>): string {
  return `${type} ${JSON.stringify(name)}${version === undefined ? '' : ` version ${version}`}`;
}

/** The path that an object, or with no name the list of a type, is asked for under: in one spelling, for comparing. */
export function pathOf(type: ObjectType, name?: string, version?: string): string {
  return ['', collections[type], name, version]
    .filter((part) => part !== undefined)
    .join('/')
    .toLowerCase();
}

/** The path of a request in the spelling of `pathOf`: names have no case, and the SDK's "latest" ends in a slash. */
export function pathOfUrl(url: string): string {
  return new URL(url).pathname.replace(/\/$/, '').toLowerCase();
}
