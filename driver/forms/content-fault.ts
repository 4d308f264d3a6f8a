import { DriverError } from '../errors.ts';

/**
 * An object's content does not fit the form asked for. `text` continues a sentence that starts with the object; it
 * names the option and the way out, and never quotes the content.
 */
export function contentFault(text: string): DriverError {
  return new DriverError('ObjectContentInvalid', text);
}
