/** A CPU architecture, by the name OCI images and Kubernetes give it. */
export type Arch = 'amd64' | 'arm64';

export const architectures: readonly Arch[] = ['amd64', 'arm64'];

/** The architecture of the machine that builds. */
export function buildMachineArch(): Arch {
  if (process.platform === 'linux' && process.arch === 'x64') return 'amd64';
  if (process.platform === 'linux' && process.arch === 'arm64') return 'arm64';
  throw new Error(
    `cannot build on ${process.platform}/${process.arch}: the build runs programs for Linux on x64 or arm64`,
  );
}
