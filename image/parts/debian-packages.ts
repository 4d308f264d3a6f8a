// The Debian packages that the image's root file system has files of.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package, by its entry in `/var/lib/dpkg/status.d`. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** SPDX identifier of the files that are kept. */
  readonly licence: string;
  /** As in `debian-12`. */
  readonly distribution: string;
}

/** Of the kept files only: ca-certificates' scripts, for one, are under the GPL, but not in the image. */
const LICENCES: Readonly<Record<string, string>> = {
  libc6: 'LGPL-2.1-or-later',
  'ca-certificates': 'MPL-2.0',
  'base-files': 'GPL-2.0-or-later',
};

/**
 * Reads what `image/rootfs.ts` wrote about the packages, sorted by name.
 * Fails when nobody has said under which licence a package's files are.
 */
export async function debianPackages(root: string): Promise<DebianPackage[]> {
  const directory = join(root, 'var/lib/dpkg/status.d');
  const release = fieldsOf(
    await readFile(join(root, 'usr/lib/os-release'), 'utf8'),
    /^(\w+)="?([^"\n]*)"?$/gm,
  );
  const names = (await readdir(directory)).sort();
  return Promise.all(
    names.map(async (name) => {
      const fields = fieldsOf(await readFile(join(directory, name), 'utf8'), /^([\w-]+): (.*)$/gm);
      const licence = LICENCES[name];
      if (licence === undefined)
        throw new Error(`say in image/parts/debian-packages.ts under which licence the files of ${name} are`);
      return {
        name,
        version: fields['Version'] ?? '',
        architecture: fields['Architecture'] ?? '',
        licence,
        distribution: `${release['ID']}-${release['VERSION_ID']}`,
      };
    }),
  );
}

function fieldsOf(text: string, line: RegExp): Record<string, string | undefined> {
  return Object.fromEntries([...text.matchAll(line)].map(([, key = '', value]) => [key, value]));
}
