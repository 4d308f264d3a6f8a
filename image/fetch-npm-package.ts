// Packages of npm that are not installed with the others, as they are for another machine or only for the build.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/**
 * Fetches a package of npm as such, whatever CPU it is for; it appears at `destination` whole or not at all.
 * Fails when it cannot be fetched, or when its checksum is another than `integrity`.
 * @param spec `<name>@<version>`
 */
export async function fetchNpmPackage(spec: string, integrity: string, destination: string): Promise<void> {
  if (existsSync(destination)) return;
  const work = `${destination}.${randomUUID()}`;
  const begun = performance.now();
  console.log(`fetching ${spec} …`);
  await mkdir(work, { recursive: true });
  try {
    const packed = await execa('npm', ['pack', spec, '--json', '--pack-destination', work]);
    const archive = join(work, archiveName(packed.stdout, spec));
    await checkIntegrity(archive, spec, integrity);
    const megabytes = ((await stat(archive)).size / 1e6).toFixed(0);
    console.log(`fetched ${spec}: ${megabytes} MB in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    await mkdir(join(work, 'package'), { recursive: true });
    await execa('tar', ['-xzf', archive, '-C', work]);
    await rename(join(work, 'package'), destination);
  } catch (cause) {
    // Two builds at once may both fetch; the first rename wins and the other's copy is the same bytes.
    if (existsSync(destination)) return;
    throw cause;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The name npm gave the archive: its JSON is a list up to npm 11, an object by package name after. */
function archiveName(json: string, spec: string): string {
  const document: unknown = JSON.parse(json);
  const entries = Object.values(document as Record<string, { filename?: string }>);
  const filename = entries[0]?.filename;
  if (filename === undefined) throw new Error(`npm pack ${spec} named no file`);
  return filename.replace('@', '').replace('/', '-');
}

async function checkIntegrity(archive: string, spec: string, integrity: string): Promise<void> {
  const actual = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (actual !== integrity) {
    throw new Error(`${spec} has checksum ${actual}, but ${integrity} is pinned: not used`);
  }
}
