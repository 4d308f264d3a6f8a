// For `@azure/keyvault-keys/dist/esm/index.js`: the same requests and results by the package's own operations.
import { createKeyVault } from './api/keyVaultContext.js';
import { getKey, getKeys } from './api/operations.js';
import { LATEST_API_VERSION } from './keysModels.js';
import {
  getKeyFromKeyBundle,
  getKeyPropertiesFromKeyItem,
  mapPagedAsyncIterable,
} from './transformations.js';

export class KeyClient {
  #context;

  constructor(vaultUrl, _credential, options) {
    const apiVersion = options.serviceVersion ?? LATEST_API_VERSION;
    this.#context = createKeyVault(vaultUrl, undefined, { ...options, apiVersion });
  }

  async getKey(name, { version = '' } = {}) {
    return getKeyFromKeyBundle(await getKey(this.#context, name, version));
  }

  listPropertiesOfKeys() {
    const list = (options) => getKeys(this.#context, options);
    return mapPagedAsyncIterable({}, list, getKeyPropertiesFromKeyItem);
  }
}
