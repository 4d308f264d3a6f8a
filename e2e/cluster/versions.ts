/** Every pinned version of the end-to-end environment, in one place. */

/** `KUBERNETES_VERSION` picks another release; these two are the ones the suite is known to run on: 1.37.2, 1.34.4. */
export const kubernetesVersion = process.env['KUBERNETES_VERSION'] ?? '1.37.2';

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
