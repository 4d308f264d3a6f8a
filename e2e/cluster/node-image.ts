import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from './cache.ts';
import { command } from './command.ts';
import { buildGoPrograms, goModuleDirectory } from './go-programs.ts';
import { kindModule, kubernetesDirectory, kubernetesModule, nodePrograms } from './programs.ts';
import { step } from './steps.ts';
import { debianRelease, kindVersion, kubernetesVersion } from './versions.ts';

const script = join(import.meta.dirname, 'node-image.sh');

/** Debian packages of the node's root file system, as kind's own image has them. */
const nodePackages =
  'systemd,systemd-sysv,runc,containernetworking-plugins,conntrack,iptables,nftables,iproute2,ethtool,util-linux,mount,kmod,libseccomp2,bash,ca-certificates,curl,jq,procps,hostname,e2fsprogs';

/**
 * The name of a node image that podman has: `KIND_NODE_IMAGE` where that is set (kind pulls it), else one built
 * here from packages, as no image registry may be reachable. It is kept as an archive in the cache.
 */
export async function nodeImage(environment: Record<string, string>): Promise<string> {
  const official = process.env['KIND_NODE_IMAGE'];
  if (official) return official;
  const inputs = {
    kubernetesVersion,
    kindVersion,
    nodePrograms,
    nodePackages,
    debianRelease,
    script: await readFile(script, 'utf8'),
  };
  const entry = await cached('node-image', inputs, (directory) => build(directory, environment));
  const image = `docker.io/kindest/node:${entry.slice(entry.lastIndexOf('/') + 1)}`;
  const present = await command('podman', ['image', 'exists', image]).then(
    () => true,
    () => false,
  );
  if (!present)
    await step('load the node image into podman', async () => {
      await command('podman', ['load', '-q', '-i', join(entry, 'node-image.tar')]);
      await command('podman', ['tag', builtName, image]);
      await command('podman', ['untag', builtName, builtName]);
      await removeImagesWithoutEntry(dirname(entry));
    });
  return image;
}

/** Node images of inputs that the cache no longer has would stay in podman's storage for ever. */
async function removeImagesWithoutEntry(cacheRoot: string): Promise<void> {
  const listing = await command('podman', ['images', '--format', '{{.Tag}}', 'docker.io/kindest/node']);
  for (const tag of listing.split('\n'))
    if (tag.startsWith('node-image-') && !existsSync(join(cacheRoot, tag)))
      await command('podman', ['rmi', `docker.io/kindest/node:${tag}`]).catch(() => undefined); // in use by another run
}

const builtName = `docker.io/kindest/node:v${kubernetesVersion}`;

async function build(directory: string, environment: Record<string, string>): Promise<void> {
  const [base, programs] = await Promise.all([debianRoot(), programDirectories()]);
  const [kindFiles, kubernetesSource] = await Promise.all([
    goModuleDirectory(kindModule, kindVersion),
    goModuleDirectory(kubernetesModule, `v${kubernetesVersion}`),
  ]);
  // podman refuses long paths for its run directory
  const work = await mkdtemp('/var/tmp/kind-node-');
  try {
    await step(`assemble the node image for Kubernetes ${kubernetesVersion}`, () =>
      command('bash', [script], {
        env: {
          ...environment,
          ...programs,
          WORK: work,
          OUT: join(directory, 'node-image.tar'),
          IMAGE: builtName,
          KUBERNETES_VERSION: kubernetesVersion,
          BASE: base,
          KIND_FILES: join(kindFiles, 'images/base/files'),
          KUBERNETES_SOURCE: kubernetesSource,
        },
      }),
    );
  } finally {
    if (existsSync(work)) await rm(work, { recursive: true, force: true });
  }
}

/** One after the other: each Go build keeps every core busy by itself. */
async function programDirectories(): Promise<
  Record<'KUBERNETES' | 'CONTAINERD' | 'ETCD' | 'COREDNS', string>
> {
  return {
    KUBERNETES: await kubernetesDirectory('all'),
    CONTAINERD: await buildGoPrograms(nodePrograms.containerd),
    ETCD: await buildGoPrograms(nodePrograms.etcd),
    COREDNS: await buildGoPrograms(nodePrograms.coreDns),
  };
}

async function debianRoot(): Promise<string> {
  const entry = await cached('debian-root', { nodePackages, debianRelease }, (directory) =>
    step(`bootstrap Debian ${debianRelease} for the nodes`, async () => {
      const root = join(directory, 'root');
      // its own mount namespace, so that an interrupted bootstrap leaves no /proc mounted in there
      await command('unshare', [
        '--mount',
        'debootstrap',
        '--variant=minbase',
        `--include=${nodePackages}`,
        debianRelease,
        root,
      ]);
      await rm(join(root, 'var/lib/apt/lists'), { recursive: true });
      await rm(join(root, 'var/cache/apt'), { recursive: true });
      await command('tar', ['-C', root, '--exclude=./dev/*', '-cf', join(directory, 'root.tar'), '.']);
      await rm(root, { recursive: true, force: true });
    }),
  );
  return join(entry, 'root.tar');
}
