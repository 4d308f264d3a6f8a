import { guid } from './identifiers.ts';
import type { Cloud, FederatedCredential, Permissions, Principal, Seed } from './schema.ts';

const CONTOSO = guid('tenant contoso');
const FABRIKAM = guid('tenant fabrikam');

export const tenants: Seed['tenants'] = [
  { id: CONTOSO, domain: 'contoso.onmicrosoft.com' },
  { id: FABRIKAM, domain: 'fabrikam.onmicrosoft.com' },
];

/** Hosts, issuers and audiences per cloud, as go-autorest's environments.go lists them, and one Azure Stack. */
export const clouds: Cloud[] = [
  {
    name: 'AzurePublicCloud',
    authorities: [
      ...['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
      ...['*.login.microsoft.com', '*.login.microsoftonline.com'],
    ],
    issuer: 'https://sts.windows.net',
    vaultSuffix: 'vault.azure.net',
    resource: 'https://vault.azure.net',
    otherResources: ['https://management.azure.com'],
  },
  {
    name: 'AzureUSGovernmentCloud',
    authorities: ['login.microsoftonline.us', '*.login.microsoftonline.us'],
    issuer: 'https://sts.windows.net',
    vaultSuffix: 'vault.usgovcloudapi.net',
    resource: 'https://vault.usgovcloudapi.net',
    otherResources: ['https://management.usgovcloudapi.net'],
  },
  {
    name: 'AzureChinaCloud',
    authorities: [
      ...['login.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
      ...['*.login.chinacloudapi.cn', '*.login.partner.microsoftonline.cn'],
    ],
    issuer: 'https://sts.chinacloudapi.cn',
    vaultSuffix: 'vault.azure.cn',
    resource: 'https://vault.azure.cn',
    otherResources: ['https://management.chinacloudapi.cn'],
  },
  {
    name: 'AzureGermanCloud',
    authorities: ['login.microsoftonline.de'],
    issuer: 'https://sts.microsoftonline.de',
    vaultSuffix: 'vault.microsoftazure.de',
    resource: 'https://vault.microsoftazure.de',
    otherResources: ['https://management.microsoftazure.de'],
  },
  {
    name: 'AzureStackCloud',
    authorities: ['login.local.azurestack.external', 'adfs.local.azurestack.external'],
    issuer: 'https://sts.local.azurestack.external',
    vaultSuffix: 'vault.local.azurestack.external',
    resource: 'https://vault.local.azurestack.external',
    otherResources: ['https://management.local.azurestack.external'],
  },
];

export const FEDERATED_ISSUER = 'https://oidc.example.test/cluster/';

function application(name: string, more: Partial<Principal> = {}): Principal {
  return {
    name,
    kind: 'application',
    tenant: CONTOSO,
    clientId: guid(`client ${name}`),
    objectId: guid(`object ${name}`),
    secrets: [],
    certificates: [],
    federated: [],
    ...more,
  };
}

function managedIdentity(name: string, more: Partial<Principal> = {}): Principal {
  const group = `/subscriptions/${guid('subscription')}/resourcegroups/mock`;
  return {
    ...application(name),
    kind: 'managed-identity',
    resourceId: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`,
    ...more,
  };
}

function serviceAccount(namespace: string, name: string): FederatedCredential {
  return {
    issuer: FEDERATED_ISSUER,
    subject: `system:serviceaccount:${namespace}:${name}`,
    audience: 'api://AzureADTokenExchange',
  };
}

/** Every identity; `certificate` is the PEM registered for the application that signs assertions. */
export function principals(certificate: string): Principal[] {
  return [
    application('reader', { secrets: ['reader~Client.Secret_1', 'reader~second/secret+with=signs&'] }),
    application('writer', { secrets: ['writer~Client.Secret_1'] }),
    application('secrets-only', { secrets: ['secretsonly~Client.Secret_1'] }),
    application('no-permissions', { secrets: ['nopermissions~Client.Secret_1'] }),
    application('foreign-tenant', { tenant: FABRIKAM, secrets: ['foreign~Client.Secret_1'] }),
    application('certificate-application', { certificates: [certificate] }),
    application('workload', {
      federated: [serviceAccount('default', 'default'), serviceAccount('default', 'kv-reader')],
    }),
    managedIdentity('system-identity'),
    managedIdentity('user-identity'),
    managedIdentity('second-user-identity'),
    managedIdentity('pod-identity'),
    managedIdentity('pod-without-permissions'),
  ];
}

export const podIdentities: Seed['podIdentities'] = [
  { namespace: 'default', pod: 'unassigned-*', principal: null },
  { namespace: 'default', pod: 'denied-*', principal: 'pod-without-permissions' },
  { namespace: 'default', pod: '*', principal: 'pod-identity' },
];

export const imds: Seed['imds'] = {
  system: 'system-identity',
  user: ['user-identity', 'second-user-identity'],
};

const READ = ['get', 'list'];
const EVERYTHING: Permissions = { secrets: READ, keys: READ, certificates: READ };

const READERS = [
  ...['reader', 'foreign-tenant', 'certificate-application', 'workload'],
  ...['system-identity', 'user-identity', 'second-user-identity', 'pod-identity'],
];

export const permissions: Record<string, Permissions> = {
  ...Object.fromEntries(READERS.map((name) => [name, EVERYTHING])),
  'secrets-only': { secrets: ['get'] },
  writer: {
    secrets: [...READ, 'set', 'delete', 'purge'],
    keys: [...READ, 'create', 'delete', 'purge'],
    certificates: [...READ, 'import', 'delete', 'purge'],
  },
};

export const vaultTenant = CONTOSO;
