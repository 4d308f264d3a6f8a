// The image's root file system: what the installer's runtime loads, CA certificates, and what says where it comes from.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Arch } from './arch.ts';
import { fetchPackages, type PackageFile } from './packages.ts';

/** Counts up when this file makes something else of the same packages. */
const RECIPE = 1;

/** What is kept of each package, by its path in it; no shell, no package manager, nothing that can be run. */
const KEPT: Readonly<Record<string, RegExp>> = {
  libc6: /\/(ld-linux[^/]*\.so\.\d|lib(c|m|pthread|dl|resolv|nss_files|nss_dns)\.so\.\d)$/,
  'ca-certificates': /\/usr\/share\/ca-certificates\/mozilla\/[^/]+\.crt$/,
  'base-files': /\/usr\/lib\/os-release$/,
};

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** Returns a directory with the root file system for an architecture; made once per set of package versions. */
export async function assembleRoot(arch: Arch, cacheDir: string): Promise<string> {
  const packages = await fetchPackages(Object.keys(KEPT), arch, cacheDir);
  const key = createHash('sha256')
    .update(JSON.stringify([RECIPE, packages.map((file) => file.fileName)]))
    .digest('hex');
  const root = join(cacheDir, 'image-root', `${arch}-${key.slice(0, 16)}`);
  if (existsSync(root)) return root;
  const work = `${root}.${randomUUID()}`;
  try {
    await fill(work, packages);
    await rename(work, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return root;
}

async function fill(root: string, packages: readonly PackageFile[]): Promise<void> {
  await mkdir(join(root, 'usr/lib'), { recursive: true });
  await mkdir(join(root, 'usr/lib64'));
  // As Debian does since its /usr merge; the executable names its loader by /lib or /lib64.
  await symlink('usr/lib', join(root, 'lib'));
  await symlink('usr/lib64', join(root, 'lib64'));
  for (const file of packages) await addPackage(root, file);
  await bundleCertificates(root);
  await symlink('../usr/lib/os-release', join(root, 'etc/os-release'));
  for (const [path, content] of Object.entries(FILES)) await writeFile(join(root, path), content);
}

async function addPackage(root: string, file: PackageFile): Promise<void> {
  const unpacked = `${root}.${file.name}`;
  try {
    await execa('dpkg-deb', ['-x', file.path, unpacked]);
    const kept = KEPT[file.name];
    const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const path = `${entry.parentPath.slice(unpacked.length)}/${entry.name}`;
      if (entry.isDirectory() || kept?.test(path) !== true) continue;
      const destination = join(root, path.replace(/^\/lib(64)?\//, '/usr/lib$1/'));
      await mkdir(dirname(destination), { recursive: true });
      await cp(join(unpacked, path), destination, { verbatimSymlinks: true });
    }
    await addProvenance(root, file, unpacked);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** The licence, which must go with the files, and the entry by which scanners know package and version. */
async function addProvenance(root: string, file: PackageFile, unpacked: string): Promise<void> {
  const doc = join('usr/share/doc', file.name);
  await mkdir(join(root, doc), { recursive: true });
  await copyFile(join(unpacked, doc, 'copyright'), join(root, doc, 'copyright'));
  const status = join(root, 'var/lib/dpkg/status.d');
  await mkdir(status, { recursive: true });
  const { stdout } = await execa('dpkg-deb', ['-f', file.path]);
  await writeFile(join(status, file.name), `${stdout}\n`);
}

/** One file of all certificates, as update-ca-certificates makes it at a package's installation. */
async function bundleCertificates(root: string): Promise<void> {
  const source = join(root, 'usr/share/ca-certificates');
  const names = (await readdir(join(source, 'mozilla'))).sort();
  const certificates = await Promise.all(
    names.map((name) => readFile(join(source, 'mozilla', name), 'utf8')),
  );
  if (certificates.length < 50)
    throw new Error(`${basename(source)} holds only ${certificates.length} certificates`);
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates.join(''));
  await rm(source, { recursive: true });
}
