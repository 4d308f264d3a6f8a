import { fromBase64 } from '../base64.ts';
import { contentFault } from '../content-fault.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { fromPkcs1, fromSec1, type PrivateKey, readPrivateKey } from './private-key.ts';
import { damaged, type Stored } from './stored.ts';

/** Text around blocks (such as openssl's bag attributes) is skipped, as RFC 7468 section 2 has it. */
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/** Lines such as `Proc-Type: 4,CLEAR` with their continuations, and the empty line after them (RFC 1421 section 4.6). */
const HEADERS = /^\s*(?:[A-Za-z][\w-]*:.*(?:\r?\n[ \t]+\S.*)*\r?\n)+[ \t]*\r?\n/;

/** The first line of a block, then a line break that someone wrote as an escape sequence. */
const ESCAPED_LINE_BREAK = /-----BEGIN [A-Z0-9 ]+-----(?:\\r)?\\n/;

/**
 * The keys and certificates of PEM text: PKCS#8, PKCS#1 and SEC 1 keys, all given as PKCS#8.
 * @throws DriverError `ObjectContentInvalid`, also for an encrypted key and for a block of another kind
 */
export function readPem(text: string): Stored {
  const keys: PrivateKey[] = [];
  const certificates: Certificate[] = [];
  let parameters: Uint8Array | undefined;
  if (ESCAPED_LINE_BREAK.test(text)) {
    throw contentFault(
      'its line breaks are stored as the two characters \\ and n; store the file itself (az keyvault secret set --file <file>)',
    );
  }
  const blocks = [...text.matchAll(BLOCK)];
  if (blocks.length !== (text.match(/-----BEGIN /g) ?? []).length) {
    throw contentFault('one of its PEM blocks has no end, or an end of another kind; store it again');
  }
  for (const [, label = '', body = ''] of blocks) {
    const bytes = bytesOf(label, body);
    try {
      switch (label) {
        case 'CERTIFICATE':
        case 'X509 CERTIFICATE':
        case 'TRUSTED CERTIFICATE': // the certificate, then openssl's notes
          certificates.push(readCertificate(bytes));
          break;
        case 'PRIVATE KEY':
          keys.push(readPrivateKey(bytes));
          break;
        case 'RSA PRIVATE KEY':
          keys.push(fromPkcs1(bytes));
          break;
        case 'EC PRIVATE KEY':
          keys.push(fromSec1(bytes, parameters));
          break;
        case 'EC PARAMETERS':
          parameters = bytes;
          break;
        default:
          throw contentFault(
            `it holds a PEM block ${label}, which is neither a private key nor a certificate; use format: raw to get the text as it is`,
          );
      }
    } catch (error) {
      throw damaged(`its PEM block ${label}`, error);
    }
  }
  return { keys, certificates };
}

function bytesOf(label: string, body: string): Uint8Array {
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(body)) {
    throw contentFault(
      'its private key is encrypted; store it decrypted (openssl pkey -in <file>), the vault encrypts it anyway, or use format: raw',
    );
  }
  const bytes = fromBase64(body.replace(HEADERS, '').replace(/[ \t]/g, ''));
  if (bytes === undefined) throw contentFault(`its PEM block ${label} is not valid base64; store it again`);
  return bytes;
}
