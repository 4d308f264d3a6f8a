// One index of the images in an OCI image layout (image-spec, image-index.md).
import {
  type Descriptor,
  INDEX_TYPE,
  REF_NAME,
  readEntries,
  readJson,
  writeEntries,
  writeJson,
} from './oci-layout.ts';

/**
 * Puts the images of a layout, each named by its architecture, behind one index named `name`, which becomes the
 * layout's only entry. The same images make the same bytes.
 * @returns the digest of the index, by which a registry will know it
 */
export async function writeIndex(
  layout: string,
  name: string,
  annotations: Readonly<Record<string, string>>,
): Promise<string> {
  const images = await readEntries(layout);
  const manifests = await Promise.all(images.map((one) => withPlatform(layout, one)));
  manifests.sort((a, b) => a.platform.architecture.localeCompare(b.platform.architecture));
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests, annotations };
  const entry = await writeJson(layout, INDEX_TYPE, index);
  await writeEntries(layout, [{ ...entry, annotations: { [REF_NAME]: name } }]);
  return entry.digest;
}

/** By the image's own configuration, as a build from a cache may have made an image for another architecture. */
async function withPlatform(layout: string, { mediaType, digest, size, annotations }: Descriptor) {
  const { config } = await readJson<{ config: Descriptor }>(layout, digest);
  const { architecture, os } = await readJson<Record<string, string>>(layout, config.digest);
  const name = annotations?.[REF_NAME];
  if (architecture === undefined || os === undefined || architecture !== name) {
    throw new Error(`the image named ${name} in ${layout} is for ${os}/${architecture}`);
  }
  return { mediaType, digest, size, platform: { architecture, os } };
}
