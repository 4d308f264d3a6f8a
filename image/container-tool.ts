import { execa } from 'execa';
import type { Arch } from './arch.ts';

/** An image to build. */
export interface ImageBuild {
  readonly dockerfile: string;
  readonly context: string;
  readonly arch: Arch;
  /** Name with tag. */
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch that every file and the image get, so that the same input makes the same image. */
  readonly timestamp: number;
  /** Where to, with its transport: `docker-archive:<file>:<name>` or `oci:<directory>:<name>`. */
  readonly destination: string;
}

/**
 * Builds and saves the image with buildah or podman, whichever is there; nothing is run in it, so neither needs
 * a working container runtime.
 */
export async function buildImage(job: ImageBuild): Promise<void> {
  const tool = await findTool();
  // The builds of both architectures have one name in their archives, but must not replace each other here.
  const local = `${job.tag}-${job.arch}`;
  const labels = Object.entries(job.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  await execa(
    tool,
    [
      'build',
      // A layer of the same files would bring the image of another architecture along.
      '--no-cache',
      // Each COPY is a layer of its own.
      '--layers',
      '--file',
      job.dockerfile,
      '--platform',
      `linux/${job.arch}`,
      '--timestamp',
      String(job.timestamp),
      '--tag',
      local,
      ...labels,
      job.context,
    ],
    { all: true },
  );
  await execa(tool, ['push', '--quiet', local, job.destination], { all: true });
}

async function findTool(): Promise<string> {
  for (const tool of ['buildah', 'podman']) {
    const { code } = await execa(tool, ['--version'], { reject: false });
    if (code !== 'ENOENT') return tool;
  }
  throw new Error('neither buildah nor podman is there: install the Debian package "buildah" or "podman"');
}
