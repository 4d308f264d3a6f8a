// What an image says of itself, by the keys of the OCI image specification (annotations.md).
import { execa } from 'execa';
import { projectDir, readProject } from './project.ts';

/** The labels of the images and of their index. The time is the commit's, so that two builds are alike. */
export async function imageLabels(): Promise<Record<string, string>> {
  const project = await readProject();
  const { revision, timestamp } = await sourceState();
  const source = process.env['IMAGE_SOURCE'];
  return {
    'org.opencontainers.image.title': 'keyvault-flexvol',
    'org.opencontainers.image.description': project.description,
    'org.opencontainers.image.version': project.version,
    'org.opencontainers.image.licenses': project.license,
    'org.opencontainers.image.revision': revision,
    'org.opencontainers.image.created': new Date(timestamp * 1000).toISOString(),
    // Only a build that knows where its sources are published says so.
    ...(source ? { 'org.opencontainers.image.source': source } : {}),
  };
}

/** The commit and its time in seconds; SOURCE_DATE_EPOCH overrides the time (reproducible-builds.org). */
export async function sourceState(): Promise<{ revision: string; timestamp: number }> {
  const git = await execa('git', ['log', '-1', '--format=%H %ct'], { cwd: projectDir, reject: false });
  const [revision = 'unknown', committed = '0'] = git.exitCode === 0 ? git.stdout.split(' ') : [];
  return { revision, timestamp: Number(process.env['SOURCE_DATE_EPOCH'] ?? committed) };
}
