import { DriverError } from '../errors.ts';
import { collections, type ObjectReference } from './object.ts';

/**
 * Checks that an answer is of the object asked for, and gives its version.
 * @param id `https://<vault host>/<collection>/<name>/<version>`, the `id` or `kid` of the answer
 * @throws DriverError `VaultFault`
 */
export function checkIdentifier(
  id: string | undefined,
  { type, name, version }: ObjectReference,
  origin: string,
): string {
  const url = URL.canParse(id ?? '') ? new URL(id ?? '') : undefined;
  const [, collection, itsName = '', itsVersion = '', ...more] = url?.pathname.split('/') ?? [];
  const same =
    url?.origin === origin &&
    collection === collections[type] &&
    itsName.toLowerCase() === name.toLowerCase() &&
    /^[0-9a-f]{32}$/i.test(itsVersion) &&
    (version === undefined || itsVersion.toLowerCase() === version.toLowerCase()) &&
    more.length === 0;
  if (!same)
    throw new DriverError(
      'VaultFault',
      'its answer is about another object; a proxy may have answered in its place',
    );
  return itsVersion.toLowerCase();
}
