import { Document, type YAMLMap } from 'yaml';
import { isMap, type Structure } from '../../driver/options/structure.ts';
import type { FlexVolume, SecretReference } from './flex-volume.ts';
import { flexVolumeOf } from './from-class.ts';
import { type Manifest, plain, replaceSource, volumesIn } from './manifests.ts';
import {
  CSI_DRIVER,
  isProviderClass,
  type ProviderClass,
  plainText,
  readProviderClass,
} from './provider-class.ts';
import { Remarks, within } from './remarks.ts';

/** Replaces the CSI driver's volumes by flexVolumes, and drops the classes; one that no manifest mounts becomes a volume. */
export async function toFlexVolumes(manifests: readonly Manifest[]): Promise<Manifest[]> {
  const classes = new Map<Manifest, ProviderClass>();
  for (const manifest of manifests) {
    const value = plain(manifest.document);
    if (!isProviderClass(value)) continue;
    const providerClass = readProviderClass(value);
    if (providerClass.provider === 'azure') classes.set(manifest, providerClass);
    else manifest.remarks.add('provider', `"${providerClass.provider}" is not azure; the class stays`);
  }
  const used = new Set<ProviderClass>();
  for (const manifest of manifests) {
    for (const volume of volumesIn(manifest.document, 'csi', CSI_DRIVER)) {
      const providerClass = await replaceCsi(volume, manifest, [...classes.values()]);
      if (providerClass !== undefined) used.add(providerClass);
    }
  }
  const result: Manifest[] = [];
  for (const manifest of manifests) {
    const providerClass = classes.get(manifest);
    if (providerClass === undefined) result.push(manifest);
    else if (!used.has(providerClass)) result.push(await aloneAsVolume(providerClass));
  }
  return result;
}

/** Replaces `csi` by `flexVolume`; the class that was translated, or undefined when the input does not hold it. */
async function replaceCsi(
  volume: YAMLMap,
  { document, remarks }: Manifest,
  classes: readonly ProviderClass[],
): Promise<ProviderClass | undefined> {
  const csi = volume.toJS(document)['csi'] as { readonly [key: string]: Structure };
  const attributes = csi['volumeAttributes'] ?? null;
  const name = isMap(attributes) ? plainText(attributes['secretProviderClass']) : '';
  const namespace = plainText(document.getIn(['metadata', 'namespace']) as Structure | undefined);
  const candidates = classes.filter((one) => one.name === name);
  const providerClass =
    candidates.find((one) => one.namespace === namespace) ??
    (candidates.length === 1 ? candidates[0] : undefined);
  if (providerClass === undefined) {
    remarks.add(
      'secretProviderClass',
      `the input does not hold the class "${name}" of azure; the volume stays`,
    );
    return undefined;
  }
  const own = csi['nodePublishSecretRef'];
  const flexVolume = await within(providerClass.name, () =>
    flexVolumeOf(providerClass, own === undefined ? undefined : (own as unknown as SecretReference), remarks),
  );
  remarkToken(flexVolume, document, remarks);
  replaceSource(volume, 'csi', 'flexVolume', flexVolume, document);
  return providerClass;
}

/** Of a class that no pod of the input mounts, the part that goes into a pod. */
async function aloneAsVolume(providerClass: ProviderClass): Promise<Manifest> {
  const remarks = new Remarks();
  const flexVolume = await within(providerClass.name, () => flexVolumeOf(providerClass, undefined, remarks));
  const document = new Document({ volumes: [{ name: providerClass.name, flexVolume }] });
  remarkToken(flexVolume, document, remarks);
  const title = `for the spec of a pod, instead of the SecretProviderClass "${providerClass.name}"`;
  return { document, remarks, title };
}

/** With the CSI driver kubelet hands over the pod's token; here it is taken from the pod, which has to project it. */
function remarkToken({ options }: FlexVolume, document: Document, remarks: Remarks): void {
  const manifest = JSON.stringify(plain(document));
  if (options['useworkloadidentity'] !== 'true') return;
  if (/azure\.workload\.identity\/use|AzureADTokenExchange/.test(manifest)) return;
  remarks.add(
    'useworkloadidentity',
    'the pod has to project a token of its service account: give it the label azure.workload.identity/use: "true" where the webhook runs, else the volume that docs/options.md shows',
  );
}
