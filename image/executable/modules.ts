// What the executable has instead of modules that Node has, and of sources that are for Node alone.
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules of Node, and sources of the driver, by what stands in for them. */
export const replaced: Readonly<Record<string, string>> = {
  'node:child_process': 'runtime/modules/child-process.ts',
  'node:crypto': 'runtime/modules/crypto.ts',
  'node:dns/promises': 'runtime/modules/dns-promises.ts',
  'node:events': 'runtime/modules/events.ts',
  'node:fs': 'runtime/modules/fs.ts',
  'node:fs/promises': 'runtime/modules/fs-promises.ts',
  'node:http': 'runtime/modules/http.ts',
  'node:net': 'runtime/modules/net.ts',
  'node:os': 'runtime/modules/os.ts',
  'node:path': 'runtime/modules/path.ts',
  'node:stream/consumers': 'runtime/modules/stream-consumers.ts',
  'node:timers/promises': 'runtime/modules/timers-promises.ts',
  'node:util': 'runtime/modules/util.ts',
  'driver/forms/certificates/rc2.ts': 'driver/forms/certificates/native/rc2.ts',
  'driver/forms/certificates/repeated-hash.ts': 'driver/forms/certificates/native/repeated-hash.ts',
  'driver/transport/clients.ts': 'driver/transport/native/clients.ts',
  'driver/volume/directory-calls.ts': 'driver/volume/native/directory-calls.ts',
  'driver/volume/volume-name.ts': 'driver/volume/native/volume-name.ts',
  'driver/volume/way-to-mount.ts': 'driver/volume/native/way-to-mount.ts',
  'installer/kubernetes/send.ts': 'installer/kubernetes/native/send.ts',
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

/** Parts of prom-client that ask Node about itself, and that nothing here uses. */
const UNUSED_OF_PROM_CLIENT = ['./lib/cluster', './lib/defaultMetrics', './lib/pushgateway'];

/**
 * Puts the stand-ins in the place of what they stand for. A module of Node that the project's own sources import and that has
 * no stand-in fails the build.
 * @param used gets the names of all that the sources import (checkAllUsed)
 */
export function standIns(projectDir: string, used = new Set<string>()): Plugin {
  return {
    name: 'stand-ins',
    setup(build) {
      // A part of its own, of another bundle.
      build.onResolve({ filter: /^runtime:installer$/ }, () => ({ path: './installer.mjs', external: true }));
      build.onResolve({ filter: /^runtime:/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /./ }, ({ path, importer, resolveDir }) => {
        const module = isBuiltin(path) ? `node:${path.replace(/^node:/, '')}` : undefined;
        if (importer.includes('/node_modules/@azure/msal-node/') && module !== undefined && module in OF_MSAL)
          return { path: module, namespace: 'of-msal' };
        if (importer.includes('/node_modules/prom-client/') && UNUSED_OF_PROM_CLIENT.includes(path))
          return { path, namespace: 'of-packages' };
        if (importer.includes('/node_modules/')) {
          return module === undefined ? undefined : { path: module, namespace: 'of-packages' };
        }
        const name = module ?? relative(projectDir, join(resolveDir, path));
        used.add(name);
        const standIn = replaced[name];
        if (standIn !== undefined) return { path: join(projectDir, standIn) };
        // Of what a stand-in gives on from another file, a part has only what it uses.
        const isOfRuntime = name.startsWith('runtime/modules/');
        return isOfRuntime ? { path: join(projectDir, name), sideEffects: false } : undefined;
      });
      build.onLoad({ filter: /./, namespace: 'of-packages' }, ({ path }) => ({
        contents: OF_PACKAGES[path] ?? 'module.exports = {};',
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'of-msal' }, ({ path }) => ({
        contents: OF_MSAL[path] ?? '',
        resolveDir: projectDir,
      }));
    },
  };
}

/** @throws Error that names the stand-ins for what nothing imports any more */
export function checkAllUsed(used: ReadonlySet<string>): void {
  const unused = Object.keys(replaced).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`nothing imports ${unused.join(', ')} any more`);
}
