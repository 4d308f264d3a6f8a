// What the Azure SDK loads with itself and the driver never uses: left out of its bundle.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Files below node_modules by what stands in for them. The driver's transport is the SDK's HTTP client, decides on
 * proxies and bounds answers, so the SDK's own client, with Node's http, https and zlib, would only be loaded; its
 * proxy agents and the code that encrypts with keys likewise. The logger opens stderr when it is loaded. Of the managed
 * identities only Azure Arc's is the SDK's, which neither exchanges tokens nor signs assertions.
 */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '@typespec/ts-http-runtime/dist/esm/nodeHttpClient.js': `
    export function createNodeHttpClient() {
      return { sendRequest: () => Promise.reject(new Error("the driver's transport sends all requests")) };
    }
    export const getBodyLength = () => null;`,
  '@typespec/ts-http-runtime/dist/esm/policies/proxyPolicy.js': `
    export const proxyPolicyName = 'proxyPolicy';
    export const globalNoProxyList = [];
    export const loadNoProxy = () => [];
    export const getDefaultProxySettings = () => undefined;
    export const proxyPolicy = () => ({ name: proxyPolicyName, sendRequest: (request, next) => next(request) });`,
  '@typespec/ts-http-runtime/dist/esm/logger/log.js': 'export const log = () => undefined;',
  '@typespec/ts-http-runtime/dist/esm/util/inspect.js': `export const custom = Symbol.for('nodejs.util.inspect.custom');`,
  '@typespec/ts-http-runtime/dist/esm/util/concat.js': `
    export const concat = () => Promise.reject(new Error('no request of the driver has several parts'));`,
  '@typespec/ts-http-runtime/dist/esm/util/typeGuards-node.js': `
    export const isNodeReadableStream = (value) => typeof value?.pipe === 'function';
    export const isWebReadableStream = (value) => value instanceof ReadableStream;`,
  '@azure/identity/dist/esm/credentials/managedIdentityCredential/tokenExchangeMsi.js': `
    export const tokenExchangeMsi = {
      isAvailable: () => Promise.resolve(false),
      getToken: () => Promise.reject(new Error('the driver exchanges tokens itself')),
    };`,
  '@azure/msal-node/dist/client/ClientAssertion.mjs': `
    export class ClientAssertion {
      constructor() { throw new Error('the driver signs assertions itself'); }
    }`,
};

/**
 * Files below node_modules by files in `files/` that do the same for the driver's few requests with less: a client has three
 * dozen operations, all of which are loaded, and a request passed through fifteen policies.
 */
const LEAN_FILES: Readonly<Record<string, string>> = {
  '@azure-rest/core-client/dist/esm/getClient.js': 'get-client.js',
  '@azure-rest/core-client/dist/esm/operationOptionHelpers.js': 'operation-options.js',
  '@azure/core-rest-pipeline/dist/esm/createPipelineFromOptions.js': 'pipeline-from-options.js',
  '@azure/keyvault-certificates/dist/esm/index.js': 'certificate-client.js',
  '@azure/keyvault-certificates/dist/esm/static-helpers/urlTemplate.js': 'url-template.js',
  '@azure/keyvault-keys/dist/esm/index.js': 'key-client.js',
  '@azure/keyvault-keys/dist/esm/static-helpers/urlTemplate.js': 'url-template.js',
  '@azure/keyvault-secrets/dist/esm/index.js': 'secret-client.js',
  '@azure/keyvault-secrets/dist/esm/static-helpers/urlTemplate.js': 'url-template.js',
};

/** Fails the build when the SDK has a file of these no longer, so that none comes back unseen. */
export function leanSdk(): Plugin {
  return {
    name: 'lean-sdk',
    setup(build) {
      const used = new Set<string>();
      const packages = new Set<string>();
      build.onLoad({ filter: /node_modules\/@(typespec|azure|azure-rest)\// }, async ({ path }) => {
        const file = path.split(join('node_modules', '/')).at(-1) ?? '';
        packages.add(packageOf(file));
        const lean = LEAN_FILES[file];
        const contents =
          lean === undefined
            ? REPLACEMENTS[file]
            : await readFile(join(import.meta.dirname, 'files', lean), 'utf8');
        if (contents === undefined) return undefined;
        used.add(file);
        // What it imports is beside the file that it stands for.
        return { contents, loader: 'js', resolveDir: dirname(path) };
      });
      build.onEnd(() => {
        const replaced = [...Object.keys(REPLACEMENTS), ...Object.keys(LEAN_FILES)];
        const unused = replaced.filter((file) => packages.has(packageOf(file)) && !used.has(file));
        return { errors: unused.map((file) => ({ text: `${file} is no longer part of the SDK` })) };
      });
    },
  };
}

/** The scope and the name that a path below node_modules begins with. */
function packageOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}
