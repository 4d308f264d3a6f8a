import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGoPrograms, type GoPrograms, goModuleDirectory } from './go-programs.ts';
import {
  containerdVersion,
  coreDnsVersion,
  etcdVersion,
  helmVersion,
  kindVersion,
  kubernetesVersion,
} from './versions.ts';

const containerdModule = 'github.com/containerd/containerd/v2';
export const kubernetesModule = 'k8s.io/kubernetes';
export const kindModule = 'sigs.k8s.io/kind';

const kind: GoPrograms = { name: 'kind', module: kindModule, version: kindVersion, packages: [kindModule] };
const helm: GoPrograms = {
  name: 'helm',
  module: 'helm.sh/helm/v4',
  version: helmVersion,
  packages: ['helm.sh/helm/v4/cmd/helm'],
  ldflags: `-X helm.sh/helm/v4/internal/version.version=${helmVersion}`,
};

/** What the node image is made of besides Kubernetes. */
export const nodePrograms = {
  etcd: {
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    version: etcdVersion,
    packages: ['go.etcd.io/etcd/server/v3'],
  },
  coreDns: {
    name: 'coredns',
    module: 'github.com/coredns/coredns',
    version: coreDnsVersion,
    packages: ['github.com/coredns/coredns'],
  },
  containerd: {
    name: 'containerd',
    module: containerdModule,
    version: containerdVersion,
    packages: ['containerd', 'ctr', 'containerd-shim-runc-v2'].map(
      (name) => `${containerdModule}/cmd/${name}`,
    ),
    tags: 'no_aufs no_zfs no_btrfs no_devmapper',
    ldflags: `-X ${containerdModule}/version.Version=${containerdVersion}`,
  },
} satisfies Record<string, GoPrograms>;

const kubernetesPrograms = [
  'kubelet',
  'kubeadm',
  'kubectl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
];

/** The directory with kubelet, kubeadm, kubectl and the control plane's programs; or with kubectl alone. */
export async function kubernetesDirectory(programs: 'all' | 'kubectl'): Promise<string> {
  const names = programs === 'all' ? kubernetesPrograms : ['kubectl'];
  return buildGoPrograms({
    name: programs === 'all' ? 'kubernetes' : 'kubectl',
    module: kubernetesModule,
    version: `v${kubernetesVersion}`,
    packages: names.map((name) => `${kubernetesModule}/cmd/${name}`),
    ldflags: versionFlags(),
    replace: await stagingReleases(),
  });
}

/** kubectl alone where a published node image serves the rest. */
export async function kubectlProgram(): Promise<string> {
  return join(await kubernetesDirectory(process.env['KIND_NODE_IMAGE'] ? 'kubectl' : 'all'), 'kubectl');
}

export async function kindProgram(): Promise<string> {
  return join(await buildGoPrograms(kind), 'kind');
}

export async function helmProgram(): Promise<string> {
  return join(await buildGoPrograms(helm), 'helm');
}

/** kubeadm refuses a cluster whose programs don't tell their version. */
function versionFlags(): string {
  const [major, minor] = kubernetesVersion.split('.');
  const values = {
    gitVersion: `v${kubernetesVersion}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: '0'.repeat(40),
    buildDate: '2026-01-01T00:00:00Z',
  };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((path) => Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`))
    .join(' ');
}

/** The module's replace directives point into its own tree (`./staging`), so the published staging modules are named instead. */
async function stagingReleases(): Promise<string[]> {
  const source = await goModuleDirectory(kubernetesModule, `v${kubernetesVersion}`);
  const goMod = await readFile(join(source, 'go.mod'), 'utf8');
  return [...goMod.matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\/staging/gm)].map(
    ([, module]) => `${module} => ${module} v0.${kubernetesVersion.slice('1.'.length)}`,
  );
}
