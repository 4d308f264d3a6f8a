// What the Azure SDK loads with itself and the driver never uses: left out of its bundle.
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Files below node_modules by what stands in for them. The driver's transport is the SDK's HTTP client, decides on
 * proxies and bounds answers, so the SDK's own client, with Node's http, https and zlib, would only be loaded; its
 * proxy agents and the code that encrypts with keys likewise. The logger opens stderr when it is loaded.
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
  '@azure/keyvault-keys/dist/esm/cryptographyClient.js': `
    export class CryptographyClient {
      constructor() { throw new Error('the driver encrypts nothing with keys'); }
    }`,
};

/** Fails the build when the SDK has a file of these no longer, so that none comes back unseen. */
export function leanSdk(): Plugin {
  return {
    name: 'lean-sdk',
    setup(build) {
      const used = new Set<string>();
      let hasSdk = false;
      build.onLoad({ filter: /node_modules\/@(typespec|azure)\// }, ({ path }) => {
        hasSdk = true;
        const [, file = ''] = path.split(join('node_modules', '/'));
        const contents = REPLACEMENTS[file];
        if (contents === undefined) return undefined;
        used.add(file);
        return { contents, loader: 'js' };
      });
      build.onEnd(() => {
        const unused = Object.keys(REPLACEMENTS).filter((file) => hasSdk && !used.has(file));
        return { errors: unused.map((file) => ({ text: `${file} is no longer part of the SDK` })) };
      });
    },
  };
}
