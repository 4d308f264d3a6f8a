import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeIndex } from './oci-index.ts';
import { layoutOf } from './testing/layout.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const labels = { 'org.opencontainers.image.version': '1.2.3' };

test('the layout has one entry, an index of both platforms whose digest is that of its bytes', async () => {
  await using layout = await layoutOf(['arm64', 'amd64']);
  const digest = await writeIndex(layout.path, '1.2.3', labels);
  const entry = JSON.parse(await readFile(join(layout.path, 'index.json'), 'utf8'));
  expect(entry.manifests).toHaveLength(1);
  expect(entry.manifests[0]).toMatchObject({ digest, annotations: { [REF_NAME]: '1.2.3' } });
  const bytes = await readFile(join(layout.path, 'blobs/sha256', digest.replace('sha256:', '')));
  expect(digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  expect(entry.manifests[0].size).toBe(bytes.length);
  const index = JSON.parse(bytes.toString());
  expect(index.annotations).toEqual(labels);
  expect(index.manifests).toMatchObject([
    { mediaType: 'm', platform: { architecture: 'amd64', os: 'linux' } },
    { mediaType: 'm', platform: { architecture: 'arm64', os: 'linux' } },
  ]);
});

test('the order of the builds does not change the digest', async () => {
  await using one = await layoutOf(['amd64', 'arm64']);
  await using other = await layoutOf(['arm64', 'amd64']);
  expect(await writeIndex(one.path, 'v', labels)).toBe(await writeIndex(other.path, 'v', labels));
});

test('an image that is for another architecture than its name says is refused', async () => {
  await using layout = await layoutOf(['amd64', 'arm64'], 'amd64');
  await expect(writeIndex(layout.path, 'v', labels)).rejects.toThrow(/named arm64 in .* is for linux\/amd64/);
});
