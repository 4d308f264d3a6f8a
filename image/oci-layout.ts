// Reading and writing of an OCI image layout (image-spec, image-layout.md).
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A descriptor (image-spec, descriptor.md), as far as it is used here. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly platform?: { readonly architecture: string; readonly os: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/** The annotation that names an entry of a layout. */
export const REF_NAME = 'org.opencontainers.image.ref.name';

export async function readEntries(layout: string): Promise<Descriptor[]> {
  const { manifests } = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
    manifests: Descriptor[];
  };
  return manifests;
}

export async function writeEntries(layout: string, manifests: readonly Descriptor[]): Promise<void> {
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

export async function readJson<T>(layout: string, digest: string): Promise<T> {
  return JSON.parse(await readFile(join(layout, 'blobs', digest.replace(':', '/')), 'utf8')) as T;
}

/** Writes a blob under the digest of its bytes. */
export async function writeBlob(layout: string, mediaType: string, bytes: Uint8Array): Promise<Descriptor> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hash), bytes);
  return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
}

export function writeJson(layout: string, mediaType: string, content: object): Promise<Descriptor> {
  return writeBlob(layout, mediaType, Buffer.from(JSON.stringify(content)));
}
