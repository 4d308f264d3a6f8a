import type { Faults } from './faults.ts';
import type { OptionValues } from './fields.ts';
import { SECRET_KEY_PREFIX, secretKeys } from './keys.ts';
import { readSecretKey } from './secret-key.ts';

/** Who asks the vault. Parsed once; mixes that make no sense cannot be represented. */
export type Identity =
  | {
      readonly kind: 'service-principal';
      readonly tenant: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly region: string | undefined;
    }
  | { readonly kind: 'pod-identity'; readonly nmiPort: number }
  | { readonly kind: 'managed-identity'; readonly clientId: string | undefined };

/** Port on which NMI listens on the node's loopback, unless the option says otherwise. */
const DEFAULT_NMI_PORT = 2579;

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
  if (faults.has('usepodidentity') || faults.has('usevmmanagedidentity')) return undefined;
  const podIdentity = values.usepodidentity ?? false;
  const managedIdentity = values.usevmmanagedidentity ?? false;
  if (podIdentity && managedIdentity) {
    faults.add('usepodidentity and usevmmanagedidentity', 'both are true; choose one identity');
    return undefined;
  }
  if (values.vmmanagedidentityclientid !== undefined && !managedIdentity) {
    faults.add('vmmanagedidentityclientid', 'is given, but usevmmanagedidentity is not "true"');
  }
  if (podIdentity) return { kind: 'pod-identity', nmiPort: values.nmiport ?? DEFAULT_NMI_PORT };
  if (managedIdentity) return { kind: 'managed-identity', clientId: values.vmmanagedidentityclientid };
  return readServicePrincipal(values, raw, faults);
}

function readServicePrincipal(
  values: OptionValues,
  raw: Readonly<Record<string, string>>,
  faults: Faults,
): Identity | undefined {
  const missing = Object.values(secretKeys).filter((key) => raw[`${SECRET_KEY_PREFIX}${key}`] === undefined);
  if (missing.length > 0) {
    faults.add(
      'secretRef',
      `names no Secret with the key ${missing.join(' and ')}; name one of type azure/kv that has it, or set usepodidentity or usevmmanagedidentity to "true"`,
    );
  }
  const clientId = readSecretKey(raw, secretKeys.clientId, faults);
  const clientSecret = readSecretKey(raw, secretKeys.clientSecret, faults);
  if (clientId !== undefined && !/^[0-9A-Za-z-]{1,64}$/.test(clientId)) {
    faults.add(
      'secretRef',
      `the Secret's key ${secretKeys.clientId} must be the client id of a service principal (a GUID)`,
    );
  }
  if (values.tenantid === undefined && !faults.has('tenantid')) {
    faults.add('tenantid', 'is missing; it is needed with a service principal (secretRef)');
  }
  if (values.tenantid === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  const region = values.region?.replaceAll(' ', '').toLowerCase();
  return { kind: 'service-principal', tenant: values.tenantid, clientId, clientSecret, region };
}
