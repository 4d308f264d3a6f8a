import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadImages } from './cluster.ts';
import { command } from './command.ts';
import { kindProgram } from './programs.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';
import { waitFor } from './waiting.ts';

const project = join(import.meta.dirname, '..', '..');

/** What the other image calls itself: older than any release. */
export const otherVersion = '0.0.9';

/** Where the run puts the archive of the other image, and the text of the error if there will be none. */
type OtherVersion = { readonly archive: string; readonly failure: string };

export function otherVersionIn(directory: string): OtherVersion {
  return { archive: join(directory, 'other-version.tar'), failure: join(directory, 'other-version.failed') };
}

/**
 * Builds a second image, whose tag is `otherVersion`. It is made of these sources under another version, or of those
 * of the commit in `E2E_OTHER_COMMIT`, with the packages that are installed. It takes only what others leave of the
 * processors, as cases run at the same time. A failure is for the case that wants the image, not for the caller.
 */
export async function buildOtherVersion(
  { archive, failure }: OtherVersion,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const commit = process.env['E2E_OTHER_COMMIT'];
  await step(
    `build version ${otherVersion} of ${commit ?? 'the same sources'}, beside the rest`,
    async () => {
      const directory = await mkdtemp(join(project, 'dist', 'e2e', 'other-version-'));
      try {
        await copySources(directory, commit);
        const manifest = join(directory, 'package.json');
        const content = JSON.parse(await readFile(manifest, 'utf8')) as object;
        await writeFile(manifest, JSON.stringify({ ...content, version: otherVersion }));
        for (const program of ['image/build.ts', 'image/image.ts'])
          await command('nice', [process.execPath, program], { cwd: directory, env: environment });
        await rename(join(directory, 'dist/image/keyvault-flexvol.tar'), archive);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  ).catch((error: unknown) => writeFile(failure, error instanceof Error ? error.message : String(error)));
}

/** Waits for the archive of the other version and loads it into the nodes. Throws if it could not be built. */
export async function loadOtherVersion(
  state: Pick<EndToEndState, 'clusterName' | 'environment' | 'otherVersion'>,
): Promise<void> {
  const { archive, failure } = state.otherVersion;
  await waitFor(`the image of version ${otherVersion}`, 300, async () => {
    if (existsSync(failure)) throw new Error(await readFile(failure, 'utf8'));
    return existsSync(archive) || undefined;
  });
  await loadImages({ ...state, kubeconfig: '', kind: await kindProgram() }, [archive]);
}

async function copySources(directory: string, commit: string | undefined): Promise<void> {
  if (commit !== undefined) {
    await command('sh', ['-ec', 'git archive "$1" | tar -x -C "$2"', 'sh', commit, directory], {
      cwd: project,
    });
  } else {
    const compiled = join(project, 'runtime/target');
    const parts = ['driver', 'runtime', 'installer', 'image', 'package.json', 'package-lock.json', 'LICENSE'];
    for (const name of parts)
      await cp(join(project, name), join(directory, name), {
        recursive: true,
        filter: (source) => source !== compiled,
      });
  }
  // Links, as the bundler would name the place that a symbolic link leads to.
  await command('cp', ['-al', join(project, 'node_modules'), join(directory, 'node_modules')]);
}
