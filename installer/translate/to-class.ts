import { stringify } from 'yaml';
import { DriverError } from '../../driver/errors.ts';
import type { Identity } from '../../driver/options/identity.ts';
import type { VolumeItem } from '../../driver/options/items.ts';
import { isSameVault } from '../../driver/options/vault-names.ts';
import type { MountRequest } from '../../driver/options/volume-options.ts';
import { type FlexVolume, isCustomCloud, requestOf } from './flex-volume.ts';
import { type Remarks, TranslateFault } from './remarks.ts';

/**
 * The parameters of a SecretProviderClass that holds what a flexVolume asks for. An object whose file would hold
 * more than was asked for (a private key with the chain, a whole document with one value) is left out.
 * @throws TranslateFault when the driver would refuse the volume
 */
export async function classParametersOf(
  volume: FlexVolume,
  remarks: Remarks,
): Promise<Record<string, string>> {
  const request = await parsed(volume);
  const { options } = volume;
  const vault = options['keyvaultname']?.trim() || (request.items[0]?.vault ?? '');
  const objects = request.items.flatMap((item) => {
    const object = objectOf(item, vault, request, remarks);
    return object === undefined ? [] : [object];
  });
  if (objects.length === 0) throw new TranslateFault('objects: none of them has a counterpart');
  remarkVolume(volume, request, remarks);
  return {
    ...identityOf(request.identity, remarks),
    keyvaultName: vault,
    ...(options['cloudname'] ? { cloudName: options['cloudname'] } : {}),
    tenantID: options['tenantid'] ?? tenantToFillIn(remarks),
    objects: stringify(
      { array: objects.map((object) => stringify(object, { lineWidth: 0 })) },
      { lineWidth: 0 },
    ),
  };
}

async function parsed(volume: FlexVolume): Promise<MountRequest> {
  try {
    return await requestOf(volume);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new TranslateFault(error.message);
  }
}

function identityOf(identity: Identity, remarks: Remarks): Record<string, string> {
  switch (identity.kind) {
    case 'pod-identity':
      return { usePodIdentity: 'true' };
    case 'managed-identity': {
      const { assignment } = identity;
      if (assignment.kind === 'object-id' || assignment.kind === 'resource-id') {
        remarks.add(
          `vmmanagedidentity${assignment.kind.replace('-', '')}`,
          'the provider knows managed identities by their client id only: put it into userAssignedIdentityID',
        );
      }
      const clientId = assignment.kind === 'client-id' ? assignment.id : '';
      return { useVMManagedIdentity: 'true', userAssignedIdentityID: clientId };
    }
    case 'workload-identity':
      return { clientID: identity.clientId };
    case 'service-principal':
      return {};
    default:
      return identity satisfies never;
  }
}

function tenantToFillIn(remarks: Remarks): string {
  remarks.add('tenantid', 'is left to the vault here, but the provider requires tenantID: fill it in');
  return '<tenant id>';
}

/** Of the volume as a whole. */
function remarkVolume({ options, secretRef }: FlexVolume, request: MountRequest, remarks: Remarks): void {
  const noCounterpart: Record<string, string> = {
    fallbackvault: 'has no counterpart; left out',
    combine: 'there is no combined file; each object becomes a file of its own',
    fileuser: 'files belong to root; left out',
    filegroup: "left out; the pod's fsGroup is what sets a group there",
    region: 'has no counterpart; left out',
    nmiport: 'is set for all nodes with the provider; left out',
  };
  for (const [option, text] of Object.entries(noCounterpart)) {
    if (options[option]?.trim()) remarks.add(option, text);
  }
  if (isCustomCloud(options['cloudname'])) {
    remarks.add('cloudname', 'the provider wants AzureStackCloud and the cloud in a file, cloudEnvFileName');
  }
  if (request.identity.kind === 'service-principal' && secretRef) {
    remarks.add(
      'secretRef',
      `the Secret "${secretRef.name}" needs the label secrets-store.csi.k8s.io/used=true, and clientid and clientsecret; a clientcertificate is not read`,
    );
  }
  const isLegacy = request.items.some(
    ({ origin, form }) => !origin.startsWith('objects[') && form.type === 'secret',
  );
  if (isLegacy) {
    remarks.add(
      'keyvaultobjecttypes',
      'a secret that is behind a certificate becomes PEM there; objectFormat: pfx keeps it as it is stored',
    );
  }
}

/** One entry of `array`, or undefined when it is left out. */
function objectOf(
  item: VolumeItem,
  vault: string,
  { permissions }: MountRequest,
  remarks: Remarks,
): Record<string, string> | undefined {
  const { origin: at, source } = item;
  if (source.kind === 'selection') {
    remarks.add(`${at}.select`, 'has no counterpart; name the objects');
    return undefined;
  }
  if (!isSameVault(item.vault, vault)) {
    remarks.add(
      `${at}.vault`,
      `a class reads one vault; left out, as "${item.vault}" takes a class and a volume of its own`,
    );
    return undefined;
  }
  const form = formOf(item, remarks);
  if (form === undefined) return undefined;
  if (item.optional) remarks.add(`${at}.optional`, 'every object is required there');
  if (item.metadata) remarks.add(`${at}.metadata`, 'has no counterpart; left out');
  const mode = item.mode ?? permissions.mode;
  return {
    objectName: source.name,
    ...form,
    ...(source.version === undefined ? {} : { objectVersion: source.version }),
    ...(source.file === source.name ? {} : { objectAlias: source.file }),
    ...(mode === undefined ? {} : { filePermission: `0${mode.toString(8).padStart(3, '0')}` }),
  };
}

function formOf({ origin: at, form }: VolumeItem, remarks: Remarks): Record<string, string> | undefined {
  if (form.type !== 'secret') {
    if (form.format !== 'pem') remarks.add(`${at}.format`, `"${form.format}" becomes PEM`);
    return { objectType: form.type };
  }
  if (form.property !== undefined) {
    remarks.add(`${at}.property`, 'has no counterpart, and the file would hold the whole document; left out');
    return undefined;
  }
  if (form.part === 'cert') return { objectType: 'cert' };
  if (form.part !== 'all') {
    remarks.add(
      `${at}.part`,
      "has no counterpart, and the file would hold the private key and all certificates; left out. The provider's --write-cert-and-key-in-separate-files makes files of its own for all secrets",
    );
    return undefined;
  }
  const encoding: Record<string, string> = form.encoding === 'utf-8' ? {} : { objectEncoding: form.encoding };
  const isExplicitlyRaw = form.format === 'raw' && at.startsWith('objects[') && form.encoding === 'utf-8';
  if (form.format === 'pfx') return { objectType: 'secret', objectFormat: 'pfx', objectEncoding: 'base64' };
  if (isExplicitlyRaw) return { objectType: 'secret', objectFormat: 'pfx' };
  return { objectType: 'secret', ...(form.format === 'pem' ? { objectFormat: 'pem' } : {}), ...encoding };
}
