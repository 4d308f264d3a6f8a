// "translate": a SecretProviderClass of the Secrets Store CSI driver to a flexVolume of this driver, or back.
import type { Document } from 'yaml';
import { isMap } from '../../driver/options/structure.ts';
import { toClasses } from './all-to-classes.ts';
import { toFlexVolumes } from './all-to-flex-volumes.ts';
import { plain, readManifests, volumesIn, writeManifests } from './manifests.ts';
import { CSI_DRIVER, isProviderClass, plainText } from './provider-class.ts';

/** What is written, and what has no counterpart. */
export interface Translation {
  readonly manifests: string;
  readonly remarks: readonly string[];
}

/**
 * Translates all manifests of a text. Where it holds a SecretProviderClass or a volume of the CSI driver, towards
 * flexVolumes, else the other way round. Volumes of workloads are replaced where they stand, everything else stays.
 * @throws TranslateFault
 */
export async function translate(text: string): Promise<Translation> {
  const manifests = readManifests(text);
  const classes = manifests.filter(({ document }) => isProviderClass(plain(document)));
  const csiVolumes = manifests.flatMap(({ document }) => volumesIn(document, 'csi', CSI_DRIVER));
  const translated =
    classes.length + csiVolumes.length > 0 ? await toFlexVolumes(manifests) : await toClasses(manifests);
  return {
    manifests: writeManifests(translated),
    remarks: translated.flatMap(({ document, remarks }) => {
      const name = describe(document);
      return remarks.lines.map((line) => `${name}${line}`);
    }),
  };
}

/** `Deployment shop: `, or the volume of a class alone. */
function describe(document: Document): string {
  const value = plain(document);
  if (!isMap(value)) return '';
  const metadata = value['metadata'] ?? null;
  const name = isMap(metadata) ? plainText(metadata['name']) : '';
  return name === '' ? '' : `${plainText(value['kind'])} ${name}: `;
}
