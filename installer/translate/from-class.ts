import { Document, isMap, isSeq } from 'yaml';
import { DriverError } from '../../driver/errors.ts';
import { readClassObjects, type WrittenItem } from './class-objects.ts';
import {
  FLEX_DRIVER,
  type FlexVolume,
  isCustomCloud,
  requestOf,
  type SecretReference,
} from './flex-volume.ts';
import { type ProviderClass, remarkSyncedSecrets } from './provider-class.ts';
import { type Remarks, TranslateFault } from './remarks.ts';

/** Parameters with the same meaning here. */
const RENAMED = {
  keyvaultName: 'keyvaultname',
  cloudName: 'cloudname',
  tenantId: 'tenantid',
  tenantID: 'tenantid',
} as const;

/** Read below, or read by no provider any more. */
const OTHERS = [
  'objects',
  'usePodIdentity',
  'useVMManagedIdentity',
  'userAssignedIdentityID',
  'clientID',
  'useAzureTokenProxy',
  'cloudEnvFileName',
  'resourceGroup',
  'subscriptionId',
];

/** Name in the provider's own examples, where the class does not say which Secret a pod hands over. */
const USUAL_SECRET = 'secrets-store-creds';

/**
 * The volume that holds what a class of the Azure provider asks for.
 * @param secretRef `nodePublishSecretRef` of the pod's volume, if the pod is known
 * @throws TranslateFault when the class is broken, or asks for what the driver refuses
 */
export async function flexVolumeOf(
  providerClass: ProviderClass,
  secretRef: SecretReference | undefined,
  remarks: Remarks,
): Promise<FlexVolume> {
  const { parameters } = providerClass;
  const identity = identityOf(parameters, remarks);
  const isServicePrincipal = Object.keys(identity).length === 0;
  const options: Record<string, string> = {};
  for (const [key, name] of Object.entries(RENAMED)) if (parameters[key]) options[name] = parameters[key];
  Object.assign(options, identity);
  options['objects'] = writeObjects(await readClassObjects(parameters['objects'] ?? '', remarks));

  for (const key of Object.keys(parameters)) {
    if (!(key in RENAMED) && !OTHERS.includes(key)) remarks.add(key, 'has no counterpart; left out');
  }
  if (parameters['cloudEnvFileName'] || isCustomCloud(options['cloudname'])) {
    remarks.add(
      'cloudName',
      `an admin has to define the cloud "${options['cloudname'] ?? ''}" once for all nodes, under nodeConfig.clouds of the chart`,
    );
  }
  remarkSyncedSecrets(providerClass, remarks);

  const secret = isServicePrincipal ? secretOf(secretRef, remarks) : undefined;
  const volume = { driver: FLEX_DRIVER, readOnly: true, ...(secret ? { secretRef: secret } : {}), options };
  await check(volume);
  return volume;
}

function identityOf(parameters: Readonly<Record<string, string>>, remarks: Remarks): Record<string, string> {
  const identity: Record<string, string> = {};
  const { clientID, userAssignedIdentityID } = parameters;
  if (isTrue(parameters['usePodIdentity'])) identity['usepodidentity'] = 'true';
  if (isTrue(parameters['useVMManagedIdentity'])) {
    identity['usevmmanagedidentity'] = 'true';
    if (userAssignedIdentityID) identity['vmmanagedidentityclientid'] = userAssignedIdentityID;
  }
  if (Object.keys(identity).length > 0 || !clientID) return identity;
  if (isTrue(parameters['useAzureTokenProxy'])) {
    remarks.add(
      'useAzureTokenProxy',
      'there are no identity bindings: workload identity of the same client id is used, which needs a federated credential for each service account',
    );
  }
  return { useworkloadidentity: 'true', clientid: clientID };
}

function secretOf(secretRef: SecretReference | undefined, remarks: Remarks): SecretReference {
  const secret = secretRef ?? { name: USUAL_SECRET };
  if (secretRef === undefined) {
    remarks.add(
      'secretRef',
      `which Secret the pods hand over is not known here; "${secret.name}" is a guess`,
    );
  }
  remarks.add(
    'secretRef',
    `the Secret "${secret.name}" must be of type azure/kv, and the type of a Secret cannot be changed: make it anew with kubectl create secret generic ${secret.name} --type=azure/kv and the same keys`,
  );
  return secret;
}

async function check(volume: FlexVolume): Promise<void> {
  try {
    await requestOf(volume);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new TranslateFault(`translated, but not what the driver takes: ${error.message}`);
  }
}

/** One line for each object, as the documentation writes them. */
function writeObjects(items: readonly WrittenItem[]): string {
  const document = new Document(items);
  if (isSeq(document.contents)) {
    for (const item of document.contents.items) if (isMap(item)) item.flow = true;
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** As Go's strconv.ParseBool, which the provider uses. */
function isTrue(text: string | undefined): boolean {
  return /^(1|t|true)$/i.test(text ?? '');
}
