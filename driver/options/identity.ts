import type { Faults } from './faults.ts';
import type { OptionName, OptionValues } from './fields.ts';
import { readServicePrincipal } from './service-principal.ts';

/** Who asks the vault. Parsed once; mixes that make no sense cannot be represented. */
export type Identity =
  | {
      readonly kind: 'service-principal';
      /** Undefined means the tenant that the vault names. */
      readonly tenant: string | undefined;
      readonly clientId: string;
      readonly credential: ClientCredential;
      readonly region: string | undefined;
    }
  | { readonly kind: 'pod-identity'; readonly nmiPort: number }
  | { readonly kind: 'managed-identity'; readonly assignment: Assignment }
  | {
      readonly kind: 'workload-identity';
      /** Undefined means the tenant that the vault names. */
      readonly tenant: string | undefined;
      readonly clientId: string;
    };

/** How a service principal proves who it is. */
export type ClientCredential =
  | { readonly kind: 'secret'; readonly secret: string }
  | {
      readonly kind: 'certificate';
      /** PEM, or PKCS#12, with the private key. */
      readonly bytes: Uint8Array;
      readonly password: string | undefined;
    };

/** Which of the node's managed identities. */
export type Assignment =
  | { readonly kind: 'system' }
  | { readonly kind: 'client-id' | 'object-id' | 'resource-id'; readonly id: string };

/** Port on which NMI listens on the node's loopback, unless the option says otherwise. */
const DEFAULT_NMI_PORT = 2579;

const switches = ['usepodidentity', 'usevmmanagedidentity', 'useworkloadidentity'] as const;

/** Options that choose among the node's managed identities. */
const selectors = {
  vmmanagedidentityclientid: 'client-id',
  vmmanagedidentityobjectid: 'object-id',
  vmmanagedidentityresourceid: 'resource-id',
} as const satisfies Partial<Record<OptionName, Assignment['kind']>>;

/**
 * Decides which identity a volume uses. `raw` is the whole options document, for the keys of the referenced
 * Secret. Faults are added to `faults`; the answer is undefined when there were any.
 */
export function readIdentity(
  values: OptionValues,
  raw: Readonly<Record<string, string>>,
  faults: Faults,
): Identity | undefined {
  // Which identity was meant is unknown then, and what another kind lacks would only confuse.
  if (switches.some((name) => faults.has(name))) return undefined;
  const [chosen, ...others] = switches.filter((name) => values[name] === true);
  if (others.length > 0) {
    faults.add(
      [chosen, ...others].join(' and '),
      `${others.length === 1 ? 'both' : 'all'} are true; choose one identity`,
    );
    return undefined;
  }
  const assignment = readAssignment(values, chosen === 'usevmmanagedidentity', faults);
  if (values.clientid !== undefined && (chosen === 'usepodidentity' || chosen === 'usevmmanagedidentity')) {
    faults.add('clientid', `is not used with ${chosen}${otherSelector(chosen)}`);
  }
  switch (chosen) {
    case 'usepodidentity':
      return { kind: 'pod-identity', nmiPort: values.nmiport ?? DEFAULT_NMI_PORT };
    case 'usevmmanagedidentity':
      return { kind: 'managed-identity', assignment };
    case 'useworkloadidentity':
      return readWorkloadIdentity(values, faults);
    default:
      return readServicePrincipal(values, raw, faults);
  }
}

function readAssignment(values: OptionValues, wanted: boolean, faults: Faults): Assignment {
  const given = Object.entries(selectors).flatMap(([name, kind]) => {
    const id = values[name as keyof typeof selectors];
    return id === undefined ? [] : [{ name, kind, id }];
  });
  if (!wanted) {
    for (const { name } of given) faults.add(name, 'is given, but usevmmanagedidentity is not "true"');
  } else if (given.length > 1) {
    faults.add(given.map(({ name }) => name).join(' and '), 'choose the identity by one of them');
  }
  const [first] = given;
  return first === undefined ? { kind: 'system' } : { kind: first.kind, id: first.id };
}

function readWorkloadIdentity(values: OptionValues, faults: Faults): Identity | undefined {
  const { clientid: clientId, tenantid: tenant } = values;
  if (clientId === undefined) {
    if (!faults.has('clientid')) {
      faults.add(
        'clientid',
        'is missing; with useworkloadidentity, name the application or managed identity that trusts the service account',
      );
    }
    return undefined;
  }
  return { kind: 'workload-identity', tenant, clientId };
}

function otherSelector(chosen: string): string {
  return chosen === 'usevmmanagedidentity' ? '; write vmmanagedidentityclientid instead' : '';
}
