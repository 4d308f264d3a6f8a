import type { Role } from './answer.ts';
import { control } from './control.ts';
import { Directory } from './directory.ts';
import { entra } from './entra/entra.ts';
import { type CertificateFault, faultyCertificates } from './faults/certificates.ts';
import { type FaultRules, Faults } from './faults/rules.ts';
import { imds } from './imds.ts';
import { type Counts, Journal, type JournalEntry } from './journal.ts';
import { type Listener, listen, type Route } from './listener.ts';
import { nmi } from './nmi.ts';
import type { Seed } from './seed/schema.ts';
import { loadSeed } from './seed.ts';
import { hostsOf, makeTls, tlsDirectory } from './tls.ts';
import { keyVault } from './vault/key-vault.ts';

/** Addresses are `HOST:PORT`; port 0 = any free one. A role without an address is not served. */
export interface MockOptions {
  /** The seed itself, or the file of one; the committed one by default. */
  seed?: Seed | string | undefined;
  /** Entra and the vaults, told apart by host. */
  tls?: string[] | undefined;
  nmi?: string[] | undefined;
  imds?: string[] | undefined;
  control?: string[] | undefined;
  /** Where ca.pem, server.pem and server-key.pem are, or will be; in memory by default. */
  tlsDir?: string | undefined;
  /** Hosts that show a wrong certificate, by name. */
  certificates?: Readonly<Record<string, CertificateFault>> | undefined;
}

type Ports = Record<'tls' | 'nmi' | 'imds' | 'control', number[]>;

export interface Mock {
  /** The ports listened on, per role, in the order of the addresses. */
  ports: Ports;
  /** Certificate of the CA to trust, and the one of wrong certificates; '' without a TLS listener. */
  caPem: string;
  seed: Seed;
  /** What the roles know: vaults, principals, pod identities, token lifetime; changed at will. */
  directory: Directory;
  requests(): JournalEntry[];
  counts(): Counts;
  clearRequests(): void;
  /** @throws ZodError when the rules are not well-formed. */
  setFaults(rules: FaultRules): void;
  clearFaults(): void;
  /** Everything as after the start: objects, identities, faults and the journal. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts every role that has an address, in this process. */
export async function startMock(options: MockOptions): Promise<Mock> {
  const seed = typeof options.seed === 'object' ? options.seed : await loadSeed(options.seed);
  const directory = new Directory(seed);
  const journal = new Journal();
  const faults = new Faults();
  const tls =
    options.tls === undefined
      ? undefined
      : await (options.tlsDir === undefined ? makeTls(hostsOf(seed)) : tlsDirectory(options.tlsDir, seed));
  const wrong =
    options.certificates === undefined ? undefined : await faultyCertificates(options.certificates);

  const listeners: Listener[] = [];
  const mock: Mock = {
    ports: { tls: [], nmi: [], imds: [], control: [] },
    caPem: tls === undefined ? '' : tls.ca + (wrong?.ca ?? ''),
    seed,
    directory,
    requests: () => journal.entries(),
    counts: () => journal.counts(),
    clearRequests: () => journal.clear(),
    setFaults: (rules) => faults.set(rules),
    clearFaults: () => faults.set({}),
    reset: () => {
      directory.reset();
      faults.set({});
      journal.clear();
    },
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };

  const single = (role: Role, handler: Route['handler']) => (): Route => ({ role, handler });
  const route = hostRouter(directory);
  const plan = [
    {
      name: 'tls',
      tls: tls && { ...tls, ...(wrong && { SNICallback: wrong.choose }) },
      route,
      journal,
      faults,
    },
    { name: 'nmi', route: single('nmi', nmi(directory)), journal, faults },
    { name: 'imds', route: single('imds', imds(directory)), journal, faults },
    { name: 'control', route: single('control', control(mock)) },
  ] as const;
  try {
    for (const { name, ...rest } of plan) {
      for (const address of options[name] ?? []) {
        const listener = await listen({ address, ...rest });
        listeners.push(listener);
        mock.ports[name].push(listener.port);
      }
    }
  } catch (error) {
    await mock.close();
    throw error;
  }
  return mock;
}

/** Entra's hosts, the vaults' hosts, and a plain 404 for every other. */
function hostRouter(directory: Directory): (host: string) => Route {
  const roles = { entra: entra(directory), vault: keyVault(directory) };
  return (host) => {
    if (directory.cloudOfAuthority(host) !== undefined) return { role: 'entra', handler: roles.entra };
    if (directory.vaultOfHost(host) !== undefined) return { role: 'vault', handler: roles.vault };
    return {
      role: 'unknown',
      handler: () => ({ status: 404, headers: { 'Content-Type': 'text/plain' }, body: 'no such host\n' }),
    };
  };
}
