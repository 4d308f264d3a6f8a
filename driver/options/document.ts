import { DriverError } from '../errors.ts';

/**
 * Parses the document that kubelet passes with a mount.
 * @returns what it says by key, values as they were written
 * @throws DriverError `CallOutInvalid` when it is no JSON object of strings
 */
export function parseDocument(json: string): Readonly<Record<string, string>> {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new DriverError('CallOutInvalid', 'the options of the mount call-out are not valid JSON');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new DriverError('CallOutInvalid', 'the options of the mount call-out are not a JSON object');
  }
  // No prototype: a key such as "__proto__" or "constructor" is a key like any other.
  const raw: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(document)) {
    if (typeof value !== 'string') {
      throw new DriverError(
        'CallOutInvalid',
        `the option ${JSON.stringify(key.slice(0, 80))} is not a string; quote it in the manifest`,
      );
    }
    raw[key] = value;
  }
  return raw;
}
