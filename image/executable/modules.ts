// What the executable has instead of modules that Node has, and of sources that are for Node alone.
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules of Node, and sources of the driver, by what stands in for them. */
export const replaced: Readonly<Record<string, string>> = {
  'node:crypto': 'runtime/modules/crypto.ts',
  'node:fs': 'runtime/modules/fs.ts',
  'node:net': 'runtime/modules/net.ts',
  'node:os': 'runtime/modules/os.ts',
  'node:path': 'runtime/modules/path.ts',
  'node:timers/promises': 'runtime/modules/timers-promises.ts',
  'node:util': 'runtime/modules/util.ts',
  'driver/forms/certificates/rc2.ts': 'driver/forms/certificates/native/rc2.ts',
  'driver/forms/certificates/repeated-hash.ts': 'driver/forms/certificates/native/repeated-hash.ts',
  'driver/transport/clients.ts': 'driver/transport/native/clients.ts',
  'driver/volume/directory-calls.ts': 'driver/volume/native/directory-calls.ts',
  'driver/volume/volume-name.ts': 'driver/volume/native/volume-name.ts',
  'driver/volume/way-to-mount.ts': 'driver/volume/native/way-to-mount.ts',
};

/** What packages ask of Node, as far as the driver uses it; every other module of Node is an empty one to them. */
const OF_PACKAGES: Readonly<Record<string, string>> = {
  'node:os': `module.exports = { type: () => 'Linux', release: () => '', arch: () => '', platform: () => 'linux', EOL: '\\n' };`,
  'node:process': 'module.exports = globalThis.process; module.exports.emitWarning ??= () => undefined;',
  'node:buffer': 'module.exports = { Buffer: globalThis.Buffer };',
  'node:util': `module.exports = { inspect: String, format: (...texts) => texts.join(' ') };`,
};

/**
 * What MSAL asks of Node for an identity of Azure Arc: it reads a key file, and hashes. Root can read every file that is
 * there.
 */
const OF_MSAL: Readonly<Record<string, string>> = {
  'node:crypto': `
    import * as crypto from './runtime/modules/crypto.ts';
    export * from './runtime/modules/crypto.ts';
    export default crypto;`,
  'node:fs': `
    import { readFileSync as read, statSync } from './runtime/modules/fs.ts';
    export { statSync };
    export const readFileSync = (path) => read(path, 'utf8');
    export const constants = { F_OK: 0, R_OK: 4 };
    export const accessSync = (path) => void statSync(path);`,
  'node:path': `
    import * as path from './runtime/modules/path.ts';
    export default path;`,
};

/**
 * Puts the stand-ins in the place of what they stand for.
 *
 * A module of Node that the project's own sources import and that has no stand-in fails the build. So does a stand-in for
 * something that nothing imports any more, unless `isWhole` says that only a part of the program is bundled.
 */
export function standIns(projectDir: string, isWhole = true): Plugin {
  return {
    name: 'stand-ins',
    setup(build) {
      const used = new Set<string>();
      build.onResolve({ filter: /^runtime:/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /./ }, ({ path, importer, resolveDir }) => {
        const module = isBuiltin(path) ? `node:${path.replace(/^node:/, '')}` : undefined;
        if (importer.includes('/node_modules/@azure/msal-node/') && module !== undefined && module in OF_MSAL)
          return { path: module, namespace: 'of-msal' };
        if (importer.includes('/node_modules/')) {
          return module === undefined ? undefined : { path: module, namespace: 'of-packages' };
        }
        const name = module ?? relative(projectDir, join(resolveDir, path));
        used.add(name);
        const standIn = replaced[name];
        return standIn === undefined ? undefined : { path: join(projectDir, standIn) };
      });
      build.onLoad({ filter: /./, namespace: 'of-packages' }, ({ path }) => ({
        contents: OF_PACKAGES[path] ?? 'module.exports = {};',
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'of-msal' }, ({ path }) => ({
        contents: OF_MSAL[path] ?? '',
        resolveDir: projectDir,
      }));
      build.onEnd(() => {
        const unused = isWhole ? Object.keys(replaced).filter((name) => !used.has(name)) : [];
        return { errors: unused.map((name) => ({ text: `nothing imports ${name} any more` })) };
      });
    },
  };
}
