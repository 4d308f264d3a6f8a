/** Azure's own host names: in the lab all of them are the mock's, so the driver runs with its real clouds and ports. */
const vaults = ['testkv', 'otherkv', 'fallbackkv'];
const suffixes = [
  'vault.azure.net',
  'vault.usgovcloudapi.net',
  'vault.azure.cn',
  'vault.local.azurestack.external',
];

const labHosts: readonly string[] = [
  'login.microsoftonline.com',
  'centralus.login.microsoft.com',
  'login.microsoftonline.us',
  'login.chinacloudapi.cn',
  'login.local.azurestack.external',
  'adfs.local.azurestack.external',
  ...vaults.flatMap((vault) => suffixes.map((suffix) => `${vault}.${suffix}`)),
];

/** The lab's /etc/hosts. */
export function hostsFile(): string {
  return ['127.0.0.1 localhost', ...labHosts.map((host) => `127.0.0.1 ${host}`), ''].join('\n');
}
