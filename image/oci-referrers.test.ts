import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeIndex } from './oci-index.ts';
import { type Descriptor, REF_NAME, readEntries, readJson } from './oci-layout.ts';
import { attachBills } from './oci-referrers.ts';
import { layoutOf } from './testing/layout.ts';

const created = '2026-01-02T03:04:05.000Z';
const bills = {
  amd64: '{"bomFormat":"CycloneDX","of":"amd64"}',
  arm64: '{"bomFormat":"CycloneDX","of":"arm64"}',
};

interface Manifest {
  readonly artifactType: string;
  readonly subject: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

test('each image has a bill of materials that refers to it by its digest, byte for byte', async () => {
  await using layout = await layoutOf(['amd64', 'arm64']);
  await writeIndex(layout.path, '1.2.3', {});
  await attachBills(layout.path, await filesIn(layout.path), created);
  const [index, ...referring] = await readEntries(layout.path);
  const images = await readJson<{ manifests: Descriptor[] }>(layout.path, index?.digest ?? '');
  expect(referring).toHaveLength(2);
  for (const [order, image] of images.manifests.entries()) {
    const referrer = referring[order];
    expect(referrer).toMatchObject({ artifactType: 'application/vnd.cyclonedx+json' });
    const manifest = await readJson<Manifest>(layout.path, referrer?.digest ?? '');
    const { mediaType, digest, size } = image;
    expect(manifest.subject).toEqual({ mediaType, digest, size });
    expect(manifest.artifactType).toBe('application/vnd.cyclonedx+json');
    // The empty descriptor of image-spec 1.1
    expect(manifest.config).toEqual({
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      size: 2,
    });
    const blob = manifest.layers[0]?.digest.replace(':', '/') ?? '';
    const architecture = image.platform?.architecture as keyof typeof bills;
    expect(await readFile(join(layout.path, 'blobs', blob), 'utf8')).toBe(bills[architecture]);
  }
});

test('the index of the images keeps its name and digest, and is the only entry with a name', async () => {
  await using layout = await layoutOf(['amd64', 'arm64']);
  const digest = await writeIndex(layout.path, '1.2.3', {});
  await attachBills(layout.path, await filesIn(layout.path), created);
  const entries = await readEntries(layout.path);
  expect(entries.map(({ annotations }) => annotations?.[REF_NAME])).toEqual(['1.2.3', undefined, undefined]);
  expect(entries[0]?.digest).toBe(digest);
});

test('the same bills make the same bytes', async () => {
  await using one = await layoutOf(['amd64', 'arm64']);
  await using other = await layoutOf(['arm64', 'amd64']);
  for (const { path } of [one, other]) {
    await writeIndex(path, 'v', {});
    await attachBills(path, await filesIn(path), created);
  }
  expect(await readEntries(one.path)).toEqual(await readEntries(other.path));
});

test('an image without a bill of materials is refused', async () => {
  await using layout = await layoutOf(['amd64', 'arm64']);
  await writeIndex(layout.path, 'v', {});
  const { amd64 } = await filesIn(layout.path);
  await expect(attachBills(layout.path, { amd64 }, created)).rejects.toThrow(
    'the image for arm64 has no bill of materials',
  );
});

async function filesIn(directory: string) {
  for (const [arch, text] of Object.entries(bills)) await writeFile(join(directory, `${arch}.json`), text);
  return { amd64: join(directory, 'amd64.json'), arm64: join(directory, 'arm64.json') };
}
