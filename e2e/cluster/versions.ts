/** Every pinned version of the end-to-end environment, in one place. */

/** The suite is known to run on these Kubernetes releases. */
const newestKubernetes = '1.37.2';
const olderKubernetes = '1.34.4';

/** `KUBERNETES_VERSION` picks another release. */
export const kubernetesVersion = process.env['KUBERNETES_VERSION'] ?? newestKubernetes;

/** On the older release only those cases run that depend on the release; `E2E_ALL=1` runs all there too. */
export const runsAllCases = kubernetesVersion !== olderKubernetes || process.env['E2E_ALL'] === '1';

export const kindVersion = 'v0.33.0';
export const helmVersion = 'v4.3.1';

/** Of the node image. kubeadm compares tags only, so one etcd serves every Kubernetes release here. */
export const etcdVersion = 'v3.6.5';
export const coreDnsVersion = 'v1.14.7';
export const containerdVersion = 'v2.3.4';

/** Whose definitions of monitors and rules the API server is given. */
export const prometheusOperatorVersion = 'v0.85.0';

/** Debian release of the node's root file system: bookworm, as trixie's systemd has dropped cgroup v1. */
export const debianRelease = 'bookworm';

/** The oldest Go toolchain that builds all of the above. */
export const minimumGo = { major: 1, minor: 26 };
