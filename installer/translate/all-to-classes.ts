import { Document, type YAMLMap } from 'yaml';
import type { Structure } from '../../driver/options/structure.ts';
import { FLEX_DRIVER, type FlexVolume } from './flex-volume.ts';
import { type Manifest, replaceSource, volumesIn } from './manifests.ts';
import { CSI_DRIVER, plainText, providerClassManifest } from './provider-class.ts';
import { Remarks, TranslateFault, within } from './remarks.ts';
import { classParametersOf } from './to-class.ts';

/** Replaces flexVolumes by volumes of the CSI driver, each preceded by the class that it names. */
export async function toClasses(manifests: readonly Manifest[]): Promise<Manifest[]> {
  const result: Manifest[] = [];
  let found = 0;
  for (const manifest of manifests) {
    const volumes = volumesIn(manifest.document, 'flexVolume', FLEX_DRIVER);
    found += volumes.length;
    for (const volume of volumes) result.push(await replaceFlexVolume(volume, manifest));
    result.push(manifest);
  }
  if (found === 0) {
    throw new TranslateFault(
      `the input holds neither a SecretProviderClass nor a flexVolume of the driver ${FLEX_DRIVER}`,
    );
  }
  return result;
}

/** Replaces `flexVolume` by `csi`, and returns the class that it names. */
async function replaceFlexVolume(volume: YAMLMap, { document }: Manifest): Promise<Manifest> {
  const flexVolume = volume.toJS(document)['flexVolume'] as FlexVolume;
  const remarks = new Remarks();
  const owner = plainText(document.getIn(['metadata', 'name']) as Structure | undefined);
  const name = [owner, plainText(volume.get('name') as Structure | undefined)]
    .filter((part) => part)
    .join('-');
  const namespace = plainText(document.getIn(['metadata', 'namespace']) as Structure | undefined);
  const parameters = await within(name, () =>
    classParametersOf({ ...flexVolume, options: flexVolume.options ?? {} }, remarks),
  );
  if (flexVolume.readOnly !== true) remarks.add('readOnly', 'a volume of the CSI driver is always read-only');
  const csi = {
    driver: CSI_DRIVER,
    readOnly: true,
    volumeAttributes: { secretProviderClass: name || 'keyvault' },
    ...(flexVolume.secretRef ? { nodePublishSecretRef: flexVolume.secretRef } : {}),
  };
  replaceSource(volume, 'flexVolume', 'csi', csi, document);
  return {
    document: new Document(providerClassManifest(name || 'keyvault', namespace, parameters)),
    remarks,
  };
}
