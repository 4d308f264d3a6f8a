import type { ObjectType } from '../options/items.ts';

/** One object of one vault; a version of undefined means the latest. */
export interface ObjectReference {
  readonly vault: string;
  readonly type: ObjectType;
  readonly name: string;
  readonly version: string | undefined;
}
