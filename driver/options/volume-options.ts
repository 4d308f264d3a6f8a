import { DriverError } from '../errors.ts';
import { type Cloud, type CustomCloud, findCloud } from './clouds.ts';
import { parseDocument } from './document.ts';
import { Faults } from './faults.ts';
import { isOptionName, type OptionValues, optionFields, structuredOptions } from './fields.ts';
import { type Identity, readIdentity } from './identity.ts';
import type { FilePermissions } from './items.ts';
import { isKubeletKey, SECRET_KEY_PREFIX, secretKeys } from './keys.ts';
import { type PodContext, readPodContext, readVolumeAccess, type VolumeAccess } from './pod.ts';
import { isPinned, type RotationRequest } from './rotation.ts';
import type { RotationSignal } from './rotation-signal.ts';
import { readSecretKey } from './secret-key.ts';
import { suggest } from './suggest.ts';
import { readVolumeContent, type VolumeContent } from './volume-content.ts';

/** A whole mount call-out, parsed: nothing after this looks at raw options again. */
export interface MountRequest extends VolumeContent {
  readonly pod: PodContext;
  readonly access: VolumeAccess;
  readonly identity: Identity;
  readonly cloud: Cloud;
  readonly permissions: FilePermissions;
  /** Opens PKCS#12 containers that have a password; from the Secret, undefined for those without. */
  readonly pfxPassword: string | undefined;
  /** How old what the node agent still knows may be, where Azure cannot be asked; milliseconds, undefined for not at all. */
  readonly startStaleMs: number | undefined;
  readonly rotation: RotationRequest;
  /** Does a rotation rewrite the files that are there, rather than exchange them? */
  readonly inPlace: boolean;
  /** What the pod's containers are told by after a rotation that changed something. */
  readonly rotationSignal: RotationSignal | undefined;
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
  const { items, combined } = await readVolumeContent(values, faults);
  const pfxPassword = readPfxPassword(raw, faults);
  if (faults.count > 0 || cloud === undefined || identity === undefined) {
    throw new DriverError('OptionsInvalid', describe(faults));
  }
  const permissions = { mode: values.filemode, uid: values.fileuser, gid: values.filegroup };
  const rotation = {
    interval: values.rotationinterval,
    ofPredecessor: values.objects === undefined,
    onlyPinned: items.every(isPinned),
  };
  return {
    pod,
    access,
    identity,
    cloud,
    items,
    permissions,
    combined,
    pfxPassword,
    rotation,
    inPlace: values.inplace ?? false,
    rotationSignal: values.rotationsignal,
    startStaleMs: values.startstale,
  };
}

/** With any identity: it is for what is in the vault. An empty one is none, which the container is tried with anyway. */
function readPfxPassword(raw: Readonly<Record<string, string>>, faults: Faults): string | undefined {
  const isWritten = Boolean(raw[`${SECRET_KEY_PREFIX}${secretKeys.pfxPassword}`]);
  return isWritten ? readSecretKey(raw, secretKeys.pfxPassword, faults) : undefined;
}

function readOptions(raw: Readonly<Record<string, string>>, faults: Faults): OptionValues {
  const values: Record<string, unknown> = {};
  for (const [key, written] of Object.entries(raw)) {
    if (isKubeletKey(key)) continue;
    if (!isOptionName(key)) {
      faults.add(JSON.stringify(key.slice(0, 80)), () => describeUnknown(key));
      continue;
    }
    const text = written.trim();
    if (text === '') continue;
    // White space at the start of a line is YAML's grammar.
    const read = optionFields[key](structuredOptions.has(key) ? written : text);
    if (read.fault === undefined) values[key] = read.value;
    else faults.add(key, read.fault);
  }
  return values as OptionValues;
}

function describeUnknown(key: string): string {
  if ((Object.values(secretKeys) as string[]).includes(key)) {
    return `is a key of the Secret that secretRef names (${SECRET_KEY_PREFIX}${key}), not an option`;
  }
  const near = suggest(key, Object.keys(optionFields));
  return `is not an option of this driver${near ? `; did you mean ${near}?` : ''}`;
}

function describe(faults: Faults): string {
  const many = faults.count === 1 ? '1 fault' : `${faults.count} faults`;
  return `the volume's options have ${many}: ${faults.describe()}`;
}
