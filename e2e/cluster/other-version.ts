import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadImages } from './cluster.ts';
import { command } from './command.ts';
import { kindProgram } from './programs.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';

const project = join(import.meta.dirname, '..', '..');

/** What the other image calls itself: older than any release. */
export const otherVersion = '0.0.9';

/**
 * Builds a second image and loads it into the nodes; its tag is `otherVersion`. It is made of these sources under
 * another version, or of those of the commit in `E2E_OTHER_COMMIT`, with the packages that are installed.
 */
export async function loadOtherVersion(
  state: Pick<EndToEndState, 'clusterName' | 'environment'>,
): Promise<void> {
  const commit = process.env['E2E_OTHER_COMMIT'];
  await step(`build version ${otherVersion} of ${commit ?? 'the same sources'}`, async () => {
    const directory = await mkdtemp(join(project, 'dist', 'e2e', 'other-version-'));
    try {
      await copySources(directory, commit);
      const manifest = join(directory, 'package.json');
      const content = JSON.parse(await readFile(manifest, 'utf8')) as object;
      await writeFile(manifest, JSON.stringify({ ...content, version: otherVersion }));
      for (const program of ['image/build.ts', 'image/image.ts'])
        await command(process.execPath, [program], { cwd: directory, env: state.environment });
      const archives = [join(directory, 'dist/image/keyvault-flexvol.tar')];
      await loadImages({ ...state, kubeconfig: '', kind: await kindProgram() }, archives);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

async function copySources(directory: string, commit: string | undefined): Promise<void> {
  if (commit !== undefined) {
    await command('sh', ['-ec', 'git archive "$1" | tar -x -C "$2"', 'sh', commit, directory], {
      cwd: project,
    });
  } else {
    for (const name of ['driver', 'installer', 'image', 'package.json', 'package-lock.json', 'LICENSE'])
      await cp(join(project, name), join(directory, name), { recursive: true });
  }
  // Links, as the bundler would name the place that a symbolic link leads to.
  await command('cp', ['-al', join(project, 'node_modules'), join(directory, 'node_modules')]);
}
