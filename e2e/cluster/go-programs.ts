import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { command } from './command.ts';
import { step } from './steps.ts';

/** Programs of one Go module, each a `main` package of it. */
export type GoPrograms = {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  readonly packages: readonly string[];
  readonly ldflags?: string;
  readonly tags?: string;
  /** Lines for the go.mod that requires the module. */
  readonly replace?: readonly string[];
};

/**
 * Builds the programs statically and answers the directory that holds them.
 * Every module gets a go.mod of its own, as their requirements disagree.
 */
export async function buildGoPrograms(spec: GoPrograms): Promise<string> {
  return cached(spec.name, spec, async (directory) => {
    const source = join(directory, 'go');
    await mkdir(source);
    const replace = (spec.replace ?? []).map((line) => `replace ${line}\n`).join('');
    await writeFile(join(source, 'go.mod'), `module nodeimage.local/${spec.name}\n\ngo 1.26\n\n${replace}`);
    const go = (...args: string[]) =>
      command('go', args, { cwd: source, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=mod' } });
    const tags = spec.tags ? ['-tags', spec.tags] : [];
    await step(`download the Go modules of ${spec.name} ${spec.version}`, async () => {
      await go('get', ...spec.packages.map((name) => `${name}@${spec.version}`));
      // Reads the sources of every package that is to be compiled, and so fetches them.
      await go('list', ...tags, '-deps', '-f', '{{""}}', ...spec.packages);
    });
    await inTurn(() =>
      step(`build ${spec.name} ${spec.version} with Go`, () =>
        go(
          'build',
          '-trimpath',
          ...tags,
          '-ldflags',
          `-s -w ${spec.ldflags ?? ''}`.trim(),
          '-o',
          `${directory}/`,
          ...spec.packages,
        ),
      ),
    );
  });
}

let latestBuild: Promise<unknown> = Promise.resolve();

/** One build after the other: each keeps every core busy, and the next finds what they share in Go's cache. */
function inTurn<T>(build: () => Promise<T>): Promise<T> {
  const result = latestBuild.then(build);
  latestBuild = result.catch(() => undefined);
  return result;
}

/** Where the module's own files lie in Go's module cache, downloaded when absent. */
export async function goModuleDirectory(module: string, version: string): Promise<string> {
  const answer = JSON.parse(
    await command('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: '/' }),
  ) as { Dir: string };
  return answer.Dir;
}
