/** The meaning of one code of Entra for a mount. */
export interface EntraCode {
  /** The place or people where it can be changed. */
  readonly whose: 'Secret' | 'manifest' | 'application' | 'tenant' | 'cluster' | 'node' | 'Entra' | 'driver';
  /** The cause, and after a semicolon the way out. */
  readonly text: string;
  /** The same request may succeed a moment later, so it is sent again within the deadline. */
  readonly passing?: true;
}

const ISSUER_UNREACHABLE =
  "Entra could not fetch the keys of the service account's issuer; if it lasts, check that the cluster's OIDC issuer URL is reachable from the internet";
const TENANT_INVALID = 'tenantid is not the id or domain of a tenant; set it to that of the application';
const RETRY = 'Entra had a passing fault';

const secret = (text: string): EntraCode => ({ whose: 'Secret', text });
const manifest = (text: string): EntraCode => ({ whose: 'manifest', text });
const application = (text: string): EntraCode => ({ whose: 'application', text });
const tenant = (text: string): EntraCode => ({ whose: 'tenant', text });
const cluster = (text: string): EntraCode => ({ whose: 'cluster', text });
const passing = (whose: EntraCode['whose'], text: string): EntraCode => ({ whose, text, passing: true });
const driver: EntraCode = {
  whose: 'driver',
  text: 'Entra did not understand the request; please report this with the driver’s version',
};

/**
 * Codes that client secrets, client certificates, federation and managed identities can meet. docs/troubleshooting.md lists
 * them, which a test holds. Sources: Microsoft Entra, "Authentication and authorization error codes"; Azure Workload Identity,
 * "Troubleshooting".
 */
export const entraCodes: Readonly<Record<string, EntraCode>> = {
  // The credential in the Secret.
  AADSTS7000215: secret(
    'the client secret is wrong; put the secret value (not its id) into key clientsecret of the Secret',
  ),
  AADSTS70002: secret('the client secret is wrong; put the right one into key clientsecret of the Secret'),
  AADSTS7000222: secret('the client secret has expired; put a new one into key clientsecret of the Secret'),
  AADSTS7000216: secret(
    'the request had no credential; put clientsecret or clientcertificate into the Secret',
  ),
  AADSTS1000502: secret(
    'the certificate has expired; put a new one into key clientcertificate of the Secret',
  ),
  AADSTS7000214: secret(
    'the certificate was revoked; put a new one into key clientcertificate of the Secret',
  ),
  AADSTS7000277: secret(
    'the certificate was revoked; put a new one into key clientcertificate of the Secret',
  ),
  AADSTS700027: application(
    'the application does not know the certificate; upload the public part of key clientcertificate to it',
  ),
  AADSTS7000274: application(
    'the certificate is not valid now; upload the public part of a valid one to the application, and put it into key clientcertificate',
  ),
  AADSTS50012: application(
    'the certificate was not accepted; upload the public part of key clientcertificate to the application, and check that it is valid',
  ),
  AADSTS700030: application(
    'the subject of the certificate is not one that the application trusts; use a certificate that it trusts',
  ),
  AADSTS50013: application(
    'the signed proof was not accepted; check that the application has the certificate',
  ),
  AADSTS50027: application(
    'the signed proof was not accepted; check that the application has the certificate',
  ),
  AADSTS700024: {
    whose: 'node',
    text: "the proof is not valid at this time; check the node's clock",
  },
  AADSTS500133: {
    whose: 'node',
    text: "the proof is not valid at this time; check the node's clock",
  },

  // The application.
  AADSTS700016: manifest('the tenant knows no application with this client id; check clientid and tenantid'),
  AADSTS700011: manifest('the tenant knows no application with this client id; check clientid and tenantid'),
  AADSTS700038: manifest('the client id is not the id of an application; check clientid'),
  AADSTS50034: manifest('the tenant knows no such account; check clientid and tenantid'),
  AADSTS51004: manifest('the tenant knows no such account; check clientid and tenantid'),
  AADSTS7000229: application(
    'the application has no service principal in the tenant; create one, or check tenantid',
  ),
  AADSTS7000112: application('the application is disabled in the tenant; enable it'),
  AADSTS70001: application('the application is disabled in the tenant, or unknown there; enable it'),
  AADSTS50057: application('the account is disabled in the tenant; enable it'),
  AADSTS7000218: application(
    'the application takes no credential, as it is a public client or none was sent; add a secret, certificate or federated credential, and set "Allow public client flows" to No',
  ),
  AADSTS700025: application(
    'the application is a public client, which takes no credential; set "Allow public client flows" to No',
  ),
  AADSTS700026: application('the application has no key or certificate; upload one to it'),
  AADSTS50003: application('the application has no key or certificate; upload one to it'),

  // Federation. Workload identity names issuer, subject and audience in place of these (workload-identity.ts).
  AADSTS70021: application('the application trusts no such service account; give it a federated credential'),
  AADSTS700211: application(
    'the application trusts no such issuer; give it a federated credential with the issuer of the token',
  ),
  AADSTS700212: application(
    'the application trusts no such audience; give it a federated credential with the audience of the token',
  ),
  AADSTS700213: application(
    'the application trusts no such service account; give it a federated credential with the subject of the token',
  ),
  AADSTS7002138: application(
    'the subject of the federated credential differs from the token’s in upper and lower case; write it exactly as in the token',
  ),
  AADSTS700222: application(
    'Entra takes no token of its own for federation; the federated credential must name the issuer of the cluster',
  ),
  AADSTS700226: application(
    'Entra takes only the token of a managed identity for this federated credential; it must name the issuer of the cluster',
  ),
  AADSTS7000272: cluster(
    "the issuer of the service account's token does not publish the key that signed it; publish the cluster's current keys (openid/v1/jwks) there; Entra may take half an hour to see them",
  ),
  AADSTS5000811: cluster(
    "the issuer of the service account's token does not publish the key that signed it; publish the cluster's current keys (openid/v1/jwks) there",
  ),
  AADSTS900384: cluster("the signature of the service account's token is wrong; check the issuer's keys"),
  AADSTS900612: cluster(
    "Entra cannot read the keys that the service account's issuer publishes; check its document openid/v1/jwks",
  ),
  AADSTS50166: passing('cluster', ISSUER_UNREACHABLE),
  AADSTS501661: passing('cluster', ISSUER_UNREACHABLE),
  AADSTS90061: passing('cluster', ISSUER_UNREACHABLE),

  // The tenant and the cloud.
  AADSTS90002: manifest('there is no such tenant; check tenantid and cloudname'),
  AADSTS900021: manifest(TENANT_INVALID),
  AADSTS900023: manifest(TENANT_INVALID),
  AADSTS90019: manifest(TENANT_INVALID),
  AADSTS50059: manifest(TENANT_INVALID),
  AADSTS50128: manifest(TENANT_INVALID),
  AADSTS50194: manifest(TENANT_INVALID),
  AADSTS9001023: manifest(TENANT_INVALID),
  AADSTS50049: manifest('the token endpoint is of another cloud than the tenant; check cloudname'),
  AADSTS90038: manifest('the tenant is of another cloud; check cloudname and tenantid'),
  AADSTS900382: manifest('the tenant is of another cloud; check cloudname and tenantid'),
  AADSTS900432: manifest('the tenant is of another cloud; check cloudname and tenantid'),
  AADSTS90051: manifest('the tenant is of another cloud; check cloudname and tenantid'),
  AADSTS500011: tenant(
    "the tenant has no Key Vault of this cloud; check that tenantid is the vault's tenant",
  ),
  AADSTS50001: tenant("the tenant has no Key Vault of this cloud; check that tenantid is the vault's tenant"),
  AADSTS650052: tenant(
    "the tenant has no Key Vault of this cloud; check that tenantid is the vault's tenant",
  ),
  AADSTS500014: tenant('the service principal of Azure Key Vault is disabled in the tenant; enable it there'),
  AADSTS501051: tenant(
    'Azure Key Vault of the tenant requires an assignment; assign the identity to it, or set "Assignment required" to No',
  ),
  AADSTS50105: tenant(
    'Azure Key Vault of the tenant requires an assignment; assign the identity to it, or set "Assignment required" to No',
  ),
  AADSTS5000224: tenant('the tenant is blocked or was deleted; ask its admin'),
  AADSTS90099: tenant('the application was not admitted to the tenant; let an admin consent to it'),
  AADSTS65001: tenant('the application was not admitted to the tenant; let an admin consent to it'),
  AADSTS53003: tenant('a Conditional Access policy of the tenant blocks it; let it through from this node'),
  AADSTS50131: tenant('a Conditional Access policy of the tenant blocks it; let it through from this node'),
  AADSTS530035: tenant('the security defaults of the tenant block it; ask its admin'),
  AADSTS53011: tenant('the identity is blocked as risky; let an admin of the tenant dismiss the risk'),
  AADSTS500021: tenant(
    'a proxy restricts which tenants may be used (tenant restrictions); admit this tenant',
  ),
  AADSTS500022: tenant(
    'a proxy restricts which tenants may be used (tenant restrictions); admit this tenant',
  ),
  AADSTS50002: tenant('a proxy restricts which tenants may be used (tenant restrictions); admit this tenant'),
  AADSTS500212: tenant(
    'a cross-tenant access policy forbids it; let it through, or use an identity of the tenant',
  ),
  AADSTS500213: tenant(
    'a cross-tenant access policy forbids it; let it through, or use an identity of the tenant',
  ),
  AADSTS1000104: tenant(
    'a cross-tenant access policy forbids it; let it through, or use an identity of the tenant',
  ),
  AADSTS1002016: { whose: 'node', text: 'the connection used TLS below 1.2; check the proxy in between' },
  AADSTS100007: manifest('the regional token endpoint does not serve this identity; leave region out'),

  // These concern requests that this driver never sends.
  AADSTS1002012: driver,
  AADSTS70003: driver,
  AADSTS70011: driver,
  AADSTS90014: driver,
  AADSTS900144: driver,
  AADSTS90023: driver,
  AADSTS9002313: driver,

  // Entra itself.
  AADSTS50000: passing('Entra', RETRY),
  AADSTS50033: passing('Entra', RETRY),
  AADSTS90006: passing('Entra', RETRY),
  AADSTS90012: passing('Entra', RETRY),
  AADSTS90024: passing('Entra', RETRY),
  AADSTS90033: passing('Entra', RETRY),
  AADSTS90090: passing('Entra', RETRY),
  AADSTS90036: { whose: 'Entra', text: 'Entra has a lasting fault; ask Azure’s support' },
  AADSTS90055: { whose: 'tenant', text: 'the tenant asks Entra too often; see who else does' },
  AADSTS50196: {
    whose: 'application',
    text: 'the application asked for tokens too often; turn the node agent on, which shares them, and wait some minutes',
  },
};

/** Finds the meaning of a code; undefined for a code that is not in the table. */
export function meaningOf(code: string | undefined): EntraCode | undefined {
  return code !== undefined && Object.hasOwn(entraCodes, code) ? entraCodes[code] : undefined;
}
