// For `@azure/keyvault-secrets/dist/esm/index.js`: the same requests and results by the package's own operations.
import { createKeyVault } from './api/keyVaultContext.js';
import { getSecret, getSecrets } from './api/operations.js';
import { LATEST_API_VERSION } from './secretsModels.js';
import { getSecretFromSecretBundle, mapPagedAsyncIterable } from './transformations.js';

export class SecretClient {
  #context;

  constructor(vaultUrl, _credential, options) {
    const apiVersion = options.serviceVersion ?? LATEST_API_VERSION;
    this.#context = createKeyVault(vaultUrl, undefined, { ...options, apiVersion });
  }

  async getSecret(name, { version = '' } = {}) {
    return getSecretFromSecretBundle(await getSecret(this.#context, name, version));
  }

  listPropertiesOfSecrets() {
    const list = (options) => getSecrets(this.#context, options);
    return mapPagedAsyncIterable(list, {}, (item) => getSecretFromSecretBundle(item).properties);
  }
}
