// What the front has instead of modules that are of the large runtime.
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** Sources of the driver, and modules of Node, by what stands in for them. */
export const replaced: Readonly<Record<string, string>> = {
  'node:fs': 'driver/front/node/fs.ts',
  'node:path': 'driver/front/node/path.ts',
  'node:timers/promises': 'driver/front/node/timers-promises.ts',
  'driver/main.ts': 'driver/front/call-outs.ts',
  'driver/agent/socket.ts': 'driver/front/agent/socket.ts',
  'driver/volume/directory-calls.ts': 'driver/front/volume/directory-calls.ts',
  'driver/volume/mount-calls.ts': 'driver/front/volume/mount-calls.ts',
  'driver/volume/volume-name.ts': 'driver/front/volume/volume-name.ts',
};

/** To import one of these is to hand over. */
export const ofLargeRuntime: ReadonlySet<string> = new Set([
  'driver/forms/certificates/certificate-file.ts',
  'driver/nodeconfig/schema.ts',
  'driver/volume/mount-command.ts',
]);

/** Fails the build when a source is there no longer, or nothing imports it, so that no stand-in is left behind. */
export function frontModules(projectDir: string): Plugin {
  return {
    name: 'front-modules',
    setup(build) {
      const used = new Set<string>();
      build.onResolve({ filter: /^front:system$/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /^(node:|\.)/ }, ({ path, resolveDir }) => {
        const name = path.startsWith('node:') ? path : relative(projectDir, join(resolveDir, path));
        used.add(name);
        const replacement = replaced[name];
        if (replacement !== undefined) return { path: join(projectDir, replacement) };
        return ofLargeRuntime.has(name) ? { path: name, namespace: 'hand-over' } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'hand-over' }, () => ({
        contents: `import { HandOver } from './hand-over.ts'; throw new HandOver();`,
        resolveDir: join(projectDir, 'driver'),
        loader: 'ts',
      }));
      build.onEnd(() => {
        const unused = [...Object.keys(replaced), ...ofLargeRuntime].filter((name) => !used.has(name));
        return { errors: unused.map((name) => ({ text: `nothing imports ${name} any more` })) };
      });
    },
  };
}
