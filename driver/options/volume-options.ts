import { DriverError } from '../errors.ts';
import { type Cloud, type CustomCloud, findCloud } from './clouds.ts';
import { Faults } from './faults.ts';
import { isOptionName, type OptionValues, optionFields } from './fields.ts';
import { type Identity, readIdentity } from './identity.ts';
import type { CombinedFile, FilePermissions, VolumeItem } from './items.ts';
import { isKubeletKey, SECRET_KEY_PREFIX } from './keys.ts';
import { readObjectLists } from './object-lists.ts';
import { type PodContext, readPodContext, readVolumeAccess, type VolumeAccess } from './pod.ts';
import { suggest } from './suggest.ts';

/** A whole mount call-out, parsed: nothing after this looks at raw options again. */
export interface MountRequest {
  readonly pod: PodContext;
  readonly access: VolumeAccess;
  readonly identity: Identity;
  readonly cloud: Cloud;
  readonly items: readonly VolumeItem[];
  readonly permissions: FilePermissions;
  /** All objects in one file instead of a file each. */
  readonly combined: CombinedFile | undefined;
  /** Opens PKCS#12 containers that have a password; from the Secret, undefined for those without. */
  readonly pfxPassword: string | undefined;
}

/**
 * Parses the options document of a mount call-out. Every fault is collected, so that a manifest is mended in
 * one go; each names the option as it was written.
 * @throws DriverError `CallOutInvalid` when the document is no JSON object of strings, `OptionsInvalid` otherwise
 */
export async function parseVolumeOptions(
  json: string,
  customClouds: Readonly<Record<string, CustomCloud>>,
): Promise<MountRequest> {
  const raw = parseDocument(json);
  const faults = new Faults();
  const values = readOptions(raw, faults);
  const pod = readPodContext(raw);
  const access = readVolumeAccess(raw, faults);
  const cloud = findCloud(values.cloudname, customClouds, faults);
  const identity = readIdentity(values, raw, faults);
  if (identity?.kind === 'pod-identity' && (pod.name === '' || pod.namespace === '')) {
    faults.add(
      'usepodidentity',
      'kubelet did not say which pod this is (kubernetes.io/pod.name, kubernetes.io/pod.namespace)',
    );
  }
  if (values.keyvaultname === undefined && !faults.has('keyvaultname')) {
    faults.add('keyvaultname', 'is missing; name the vault to read from');
  }
  const items = readObjectLists(values, faults);
  if (faults.count > 0 || cloud === undefined || identity === undefined) {
    throw new DriverError('OptionsInvalid', describe(faults));
  }
  const permissions = { mode: undefined, uid: undefined, gid: undefined };
  return { pod, access, identity, cloud, items, permissions, combined: undefined, pfxPassword: undefined };
}

function parseDocument(json: string): Record<string, string> {
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

function readOptions(raw: Readonly<Record<string, string>>, faults: Faults): OptionValues {
  const values: Record<string, unknown> = {};
  for (const [key, written] of Object.entries(raw)) {
    if (isKubeletKey(key)) continue;
    if (!isOptionName(key)) {
      faults.add(JSON.stringify(key.slice(0, 80)), describeUnknown(key));
      continue;
    }
    const text = written.trim();
    if (text === '') continue;
    const result = optionFields[key].safeParse(text);
    if (result.success) values[key] = result.data;
    else for (const issue of result.error.issues) faults.add(key, issue.message);
  }
  return values as OptionValues;
}

function describeUnknown(key: string): string {
  if (key === 'clientid' || key === 'clientsecret') {
    return `is a key of the Secret that secretRef names (${SECRET_KEY_PREFIX}${key}), not an option`;
  }
  const near = suggest(key, Object.keys(optionFields));
  return `is not an option of this driver${near ? `; did you mean ${near}?` : ''}`;
}

function describe(faults: Faults): string {
  const many = faults.count === 1 ? '1 fault' : `${faults.count} faults`;
  return `the volume's options have ${many}: ${faults.describe()}`;
}
