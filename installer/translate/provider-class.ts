import { isMap, type Structure } from '../../driver/options/structure.ts';
import { type Remarks, TranslateFault } from './remarks.ts';

/** The part of a SecretProviderClass that says what its volumes hold. */
export interface ProviderClass {
  readonly name: string;
  /** Empty where the manifest has none. */
  readonly namespace: string;
  readonly provider: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of the Kubernetes Secrets that it keeps in step. */
  readonly syncedSecrets: readonly string[];
}

const API_VERSION = 'secrets-store.csi.x-k8s.io/v1';
export const CSI_DRIVER = 'secrets-store.csi.k8s.io';

/** Is the manifest a SecretProviderClass, of whatever version and provider? */
export function isProviderClass(manifest: Structure): boolean {
  return isMap(manifest) && manifest['kind'] === 'SecretProviderClass';
}

/** @throws TranslateFault when it has no parameters */
export function readProviderClass(manifest: Structure): ProviderClass {
  const metadata = mapIn(manifest, 'metadata');
  const spec = mapIn(manifest, 'spec');
  const name = plainText(metadata['name']);
  const parameters = spec['parameters'];
  if (parameters === undefined || !isMap(parameters)) {
    throw new TranslateFault(`the SecretProviderClass ${JSON.stringify(name)} has no spec.parameters`);
  }
  const synced = Array.isArray(spec['secretObjects']) ? (spec['secretObjects'] as Structure[]) : [];
  return {
    name,
    namespace: plainText(metadata['namespace']),
    provider: plainText(spec['provider']),
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, plainText(value).trim()]),
    ),
    syncedSecrets: synced.map((secret) => (isMap(secret) ? plainText(secret['secretName']) : '')),
  };
}

/** The manifest of a class, for `apply`. */
export function providerClassManifest(
  name: string,
  namespace: string,
  parameters: Readonly<Record<string, string>>,
): object {
  return {
    apiVersion: API_VERSION,
    kind: 'SecretProviderClass',
    metadata: { name, ...(namespace === '' ? {} : { namespace }) },
    spec: { provider: 'azure', parameters },
  };
}

/** Says of each Secret that the driver would keep in step that this one does not. */
export function remarkSyncedSecrets({ syncedSecrets }: ProviderClass, remarks: Remarks): void {
  for (const secret of syncedSecrets) {
    remarks.add(
      'secretObjects',
      `no Kubernetes Secret is made, so "${secret}" will not be; read the files, or let combine make a dotenv file for a shell`,
    );
  }
}

/** A scalar as a text; empty for anything else. */
export function plainText(value: Structure | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

function mapIn(manifest: Structure, key: string): { readonly [key: string]: Structure } {
  const value = isMap(manifest) ? manifest[key] : undefined;
  return value !== undefined && isMap(value) ? value : {};
}
