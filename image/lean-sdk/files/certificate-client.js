// For `@azure/keyvault-certificates/dist/esm/index.js`: the same requests and results by the package's own operations.
import { createKeyVault } from './api/keyVaultContext.js';
import { getCertificate, getCertificates } from './api/operations.js';
import { LATEST_API_VERSION } from './certificatesModels.js';
import {
  getCertificateFromCertificateBundle,
  getPropertiesFromCertificateBundle,
  mapPagedAsyncIterable,
} from './transformations.js';

export class CertificateClient {
  #context;

  constructor(vaultUrl, _credential, options) {
    const apiVersion = options.serviceVersion ?? LATEST_API_VERSION;
    this.#context = createKeyVault(vaultUrl, undefined, { ...options, apiVersion });
  }

  /** Without the policy, of which nobody here asks anything. */
  getCertificate(name) {
    return this.getCertificateVersion(name, '');
  }

  async getCertificateVersion(name, version) {
    return getCertificateFromCertificateBundle(await getCertificate(this.#context, name, version));
  }

  listPropertiesOfCertificates() {
    return mapPagedAsyncIterable(getCertificates(this.#context, {}), getPropertiesFromCertificateBundle);
  }
}
