// One index of the images in an OCI image layout (image-spec, image-layout.md and image-index.md).
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A descriptor, as far as it is used here. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const REF_NAME = 'org.opencontainers.image.ref.name';

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
  const entry = join(layout, 'index.json');
  const { manifests } = JSON.parse(await readFile(entry, 'utf8')) as { manifests: Descriptor[] };
  const platforms = await Promise.all(manifests.map((one) => platformOf(layout, one)));
  platforms.sort((a, b) => a.platform.architecture.localeCompare(b.platform.architecture));
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: platforms, annotations }),
  );
  const hash = createHash('sha256').update(index).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hash), index);
  const digest = `sha256:${hash}`;
  const only = { mediaType: INDEX_TYPE, digest, size: index.length, annotations: { [REF_NAME]: name } };
  await writeFile(entry, JSON.stringify({ schemaVersion: 2, manifests: [only] }));
  return digest;
}

/** By the image's own configuration, as a build from a cache may have made an image for another architecture. */
async function platformOf(layout: string, { mediaType, digest, size, annotations }: Descriptor) {
  const { config } = JSON.parse(await readBlob(layout, digest)) as { config: Descriptor };
  const { architecture, os } = JSON.parse(await readBlob(layout, config.digest)) as Record<string, string>;
  const name = annotations?.[REF_NAME];
  if (architecture === undefined || os === undefined || architecture !== name) {
    throw new Error(`the image named ${name} in ${layout} is for ${os}/${architecture}`);
  }
  return { mediaType, digest, size, platform: { architecture, os } };
}

function readBlob(layout: string, digest: string): Promise<string> {
  return readFile(join(layout, 'blobs', digest.replace(':', '/')), 'utf8');
}
