import { base64 } from './base64.ts';

/** One PEM block (RFC 7468): lines of 64 characters, a line feed after each. */
export function pem(label: string, der: Uint8Array): string {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
