import { DriverError } from '../errors.ts';
import type { Selection } from '../options/items.ts';
import type { ListedObject } from './client.ts';
import { compileGlob } from './glob.ts';

/**
 * The names of a list that a selection means, in the list's order. Disabled objects are left out, as they cannot be
 * read; the secrets and keys behind certificates (`managed`) are in, as the vault lists them like any other.
 * @throws DriverError `OptionsInvalid` when the glob is none
 */
export function pickNames(listed: readonly ListedObject[], { name, tags }: Selection): string[] {
  const matches = name === undefined ? () => true : compileGlob(name);
  if (typeof matches === 'string')
    throw new DriverError('OptionsInvalid', `the name ${JSON.stringify(name)} of a selection ${matches}`);
  const wanted = Object.entries(tags);
  return listed
    .filter(
      (object) =>
        object.enabled &&
        matches(object.name) &&
        wanted.every(([key, value]) => Object.hasOwn(object.tags, key) && object.tags[key] === value),
    )
    .map((object) => object.name);
}

/** `secrets named "db-*" with tag team=payments`. */
export function describeSelection(type: string, { name, tags }: Selection): string {
  const named = name === undefined ? '' : ` named ${JSON.stringify(name)}`;
  const pairs = Object.entries(tags).map(([key, value]) => JSON.stringify(`${key}=${value}`));
  const tagged = pairs.length === 0 ? '' : ` with tag ${pairs.join(' and ')}`;
  return `${type}s${named}${tagged}`;
}
