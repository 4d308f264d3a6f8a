// Bills of materials that refer to the images of a layout, so that a registry can be asked for them by an image's digest
// (image-spec 1.1, manifest.md, "Guidelines for Artifact Usage"; distribution-spec 1.1, "Listing Referrers").
import { readFile } from 'node:fs/promises';
import {
  type Descriptor,
  MANIFEST_TYPE,
  readEntries,
  readJson,
  writeBlob,
  writeEntries,
  writeJson,
} from './oci-layout.ts';

const CYCLONEDX_TYPE = 'application/vnd.cyclonedx+json';
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/**
 * Attaches a CycloneDX bill of materials to each image behind the layout's index. Each becomes an entry of the layout
 * without a name, where `oras cp --recursive` finds it when it copies the index to a registry.
 * @param files the bill of materials of each architecture
 * @param created when the images were made, in the form of RFC 3339
 */
export async function attachBills(
  layout: string,
  files: Readonly<Record<string, string>>,
  created: string,
): Promise<void> {
  const [entry] = await readEntries(layout);
  if (entry === undefined) throw new Error(`${layout} has no index of images`);
  const { manifests: images } = await readJson<{ manifests: Descriptor[] }>(layout, entry.digest);
  const entries: Descriptor[] = [entry];
  for (const { platform, ...subject } of images) {
    const architecture = platform?.architecture ?? '';
    const file = files[architecture];
    if (file === undefined) throw new Error(`the image for ${architecture} has no bill of materials`);
    const title = `keyvault-flexvol-${architecture}.cdx.json`;
    entries.push(await writeReferrer(layout, subject, title, await readFile(file), created));
  }
  await writeEntries(layout, entries);
}

async function writeReferrer(
  layout: string,
  subject: Descriptor,
  title: string,
  bill: Uint8Array,
  created: string,
): Promise<Descriptor> {
  const layer = await writeBlob(layout, CYCLONEDX_TYPE, bill);
  const annotations = { 'org.opencontainers.image.created': created };
  const manifest = await writeJson(layout, MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: CYCLONEDX_TYPE,
    config: await writeJson(layout, EMPTY_TYPE, {}),
    layers: [{ ...layer, annotations: { 'org.opencontainers.image.title': title } }],
    subject,
    annotations,
  });
  return { ...manifest, artifactType: CYCLONEDX_TYPE, annotations };
}
