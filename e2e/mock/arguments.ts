import { parseArgs } from 'node:util';
import type { MockOptions } from './mock.ts';

/** `onlyTls`: make the TLS directory and end. */
export interface MockArguments extends MockOptions {
  onlyTls: boolean;
}

export const USAGE = `mock [--seed FILE] [--tls-dir DIR] [--only-tls]
     [--tls HOST:PORT]... [--nmi HOST:PORT]... [--imds HOST:PORT]... [--control HOST:PORT]...`;

/**
 * Flags of the program; each may come from the environment instead (`MOCK_TLS`, `MOCK_TLS_DIR`, …; addresses separated by
 * commas), flags going first.
 * @throws when a flag is unknown or nothing would be served.
 */
export function parseArguments(
  argv: string[],
  environment: Record<string, string | undefined>,
): MockArguments {
  const { values } = parseArgs({
    args: argv,
    options: {
      seed: { type: 'string' },
      'tls-dir': { type: 'string' },
      'only-tls': { type: 'boolean', default: false },
      tls: { type: 'string', multiple: true },
      nmi: { type: 'string', multiple: true },
      imds: { type: 'string', multiple: true },
      control: { type: 'string', multiple: true },
    },
  });
  const addresses = (role: 'tls' | 'nmi' | 'imds' | 'control'): string[] | undefined =>
    values[role] ?? environment[`MOCK_${role.toUpperCase()}`]?.split(',');
  const parsed: MockArguments = {
    seed: values.seed ?? environment['MOCK_SEED'],
    tlsDir: values['tls-dir'] ?? environment['MOCK_TLS_DIR'],
    onlyTls: values['only-tls'],
    tls: addresses('tls'),
    nmi: addresses('nmi'),
    imds: addresses('imds'),
    control: addresses('control'),
  };
  if (parsed.onlyTls && parsed.tlsDir === undefined) throw new Error('--only-tls needs --tls-dir DIR');
  if (!parsed.onlyTls && !(parsed.tls ?? parsed.nmi ?? parsed.imds))
    throw new Error('nothing to serve: give --tls, --nmi or --imds');
  return parsed;
}
