import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REF_NAME } from '../oci-layout.ts';

/** A layout of images without layers; `built` is what all of them are for, if not what they are named. */
export async function layoutOf(names: readonly string[], built?: string) {
  const path = await mkdtemp(join(tmpdir(), 'layout-'));
  await mkdir(join(path, 'blobs/sha256'), { recursive: true });
  const blob = async (content: object) => {
    const bytes = JSON.stringify(content);
    const hash = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(path, 'blobs/sha256', hash), bytes);
    return { digest: `sha256:${hash}`, size: bytes.length };
  };
  const manifests = [];
  for (const name of names) {
    const config = await blob({ architecture: built ?? name, os: 'linux' });
    manifests.push({ mediaType: 'm', ...(await blob({ config })), annotations: { [REF_NAME]: name } });
  }
  await writeFile(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
