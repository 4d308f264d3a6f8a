/** Name of the product's release of helm. */
export const release = 'keyvault-flexvol';
export const productNamespace = 'keyvault-flexvol';
export const installerLabel = 'app.kubernetes.io/name=keyvault-flexvol';
