import type { ObjectAttributes } from '../../../driver/ports.ts';

/** What a vault tells of an object that it tells nothing of. */
export const noAttributes: ObjectAttributes = {
  contentType: undefined,
  tags: {},
  notBefore: undefined,
  expires: undefined,
  created: undefined,
  updated: undefined,
};
