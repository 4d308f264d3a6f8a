import { fromBase64 } from './base64.ts';
import { contentFault } from './content-fault.ts';

/**
 * The bytes that a secret's text stands for. Strict: base64 with padding and the standard alphabet, hex with two
 * digits a byte; line ends are skipped in both. Text as it is has to be valid Unicode.
 * @throws DriverError `ObjectContentInvalid`
 */
export function decodeText(text: string, encoding: 'utf-8' | 'base64' | 'hex'): Uint8Array {
  switch (encoding) {
    case 'utf-8':
      if (!text.isWellFormed())
        throw contentFault(
          'its text is not valid Unicode: it has half a character (a lone surrogate), which no file can hold; store it again, binary data in base64',
        );
      return new TextEncoder().encode(text);
    case 'base64': {
      const bytes = fromBase64(text);
      if (bytes === undefined) throw contentFault(`its text is not valid base64 (${base64Hint(text)})`);
      return bytes;
    }
    case 'hex': {
      const digits = text.replace(/[\r\n]/g, '');
      if (!/^[0-9a-f]*$/i.test(digits))
        throw contentFault('its text is not valid hex: it has other characters than 0-9 and a-f');
      if (digits.length % 2 !== 0)
        throw contentFault('its text is not valid hex: it has an odd number of digits');
      return Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    }
  }
}

function base64Hint(text: string): string {
  const joined = text.replace(/[\r\n]/g, '');
  if (/^[\w-]+={0,2}$/.test(joined) && /[-_]/.test(joined)) {
    return 'it is the URL-safe kind; store it with "+" and "/" and padding';
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(joined))
    return 'it has characters that base64 does not have, such as blanks';
  return 'it is cut short, lacks its padding or has bits left over';
}
