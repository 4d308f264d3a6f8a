import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { cached } from './cache.ts';
import { command } from './command.ts';
import { step } from './steps.ts';

const project = join(import.meta.dirname, '..', '..');

export const mockImage = 'localhost/mock-azure:e2e';
export const busyboxImage = 'localhost/busybox:e2e';

/** Debian packages of the shared libraries that Node needs. */
const nodeLibraries = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];

/** The product's own image, made by its own program. Answers the archive; the tag is `localhost/keyvault-flexvol:<version>`. */
export async function productImage(
  environment: Record<string, string>,
): Promise<{ archive: string; tag: string }> {
  await step('build the product image', () =>
    command(process.execPath, ['image/image.ts'], { cwd: project, env: environment }),
  );
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { archive: join(project, 'dist/image/keyvault-flexvol.tar'), tag: version };
}

/** Node, its libraries and the mock as one file; no shell. Answers the archive. */
export async function mockArchive(environment: Record<string, string>): Promise<string> {
  const bundle = await build({
    entryPoints: [join(project, 'e2e/mock/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    write: false,
    logLevel: 'error',
  });
  const mock = bundle.outputFiles[0]?.text ?? '';
  const inputs = { mock, node: process.version, nodeLibraries, mockImage };
  const entry = await cached('mock-image', inputs, (directory) =>
    step('build the image of the mock', async () => {
      const tree = join(directory, 'tree');
      await mkdir(tree);
      const packages = await libraryPackages();
      for (const name of nodeLibraries)
        await command('sh', ['-c', `dpkg-deb -x ${name}_*.deb ${tree}`], { cwd: packages });
      for (const unneeded of [
        'usr/share',
        'usr/sbin',
        'sbin',
        'etc',
        'usr/lib/x86_64-linux-gnu/gconv',
        'usr/lib/x86_64-linux-gnu/audit',
      ])
        await rm(join(tree, unneeded), { recursive: true, force: true });
      await copyFile(process.execPath, join(tree, 'node'));
      await chmod(join(tree, 'node'), 0o755);
      await writeFile(join(tree, 'mock.cjs'), mock);
      await archiveOfTree(directory, mockImage, ['ENTRYPOINT ["/node","/mock.cjs"]'], environment);
    }),
  );
  return join(entry, 'image.tar');
}

/** A static busybox under every one of its names. Answers the archive. */
export async function busyboxArchive(environment: Record<string, string>): Promise<string> {
  const entry = await cached('busybox-image', { busyboxImage, layout: 1 }, (directory) =>
    step('build the test image (busybox)', async () => {
      const bin = join(directory, 'tree/bin');
      await mkdir(bin, { recursive: true });
      await copyFile('/usr/bin/busybox', join(bin, 'busybox')).catch(() =>
        copyFile('/bin/busybox', join(bin, 'busybox')),
      );
      await chmod(join(bin, 'busybox'), 0o755);
      const applets = (await command('busybox', ['--list'])).split('\n');
      for (const applet of applets) if (applet !== 'busybox') await symlink('busybox', join(bin, applet));
      await archiveOfTree(directory, busyboxImage, ['ENV PATH=/bin', 'CMD ["/bin/sh"]'], environment);
    }),
  );
  return join(entry, 'image.tar');
}

async function libraryPackages(): Promise<string> {
  return cached('node-libraries', { nodeLibraries }, async (directory) => {
    // apt downloads as its own user where it can; the directory must be open to it
    await chmod(directory, 0o755);
    await command('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...nodeLibraries], {
      cwd: directory,
    });
  });
}

/** Writes `<directory>/image.tar`, a docker archive of an image that holds `<directory>/tree` and nothing else. */
async function archiveOfTree(
  directory: string,
  image: string,
  changes: readonly string[],
  environment: Record<string, string>,
): Promise<void> {
  const tree = join(directory, 'tree');
  const layer = join(directory, 'layer.tar');
  const storage = await mkdtemp('/var/tmp/e2e-image-');
  const podman = (...args: string[]) =>
    command('podman', ['--root', join(storage, 'root'), '--runroot', join(storage, 'run'), ...args], {
      env: environment,
    });
  try {
    await command('tar', ['-C', tree, '--owner=0', '--group=0', '-cf', layer, '.']);
    await podman('import', '-q', ...changes.flatMap((change) => ['-c', change]), layer, image);
    await podman('save', '-q', '--format', 'docker-archive', '-o', join(directory, 'image.tar'), image);
  } finally {
    await command('umount', [join(storage, 'root/overlay')]).catch(() => undefined);
    await rm(storage, { recursive: true, force: true });
    await rm(tree, { recursive: true, force: true });
    await rm(layer, { force: true });
  }
}
