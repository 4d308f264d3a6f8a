import type { Directory } from '../directory.ts';
import type { Cloud } from '../seed/schema.ts';

/** OpenID metadata of a tenant; ADFS publishes its own paths. */
export function openIdConfiguration(
  host: string,
  cloud: Cloud,
  tenant: string,
  v2: boolean,
): Record<string, unknown> {
  const base = `https://${host}/${tenant}`;
  const adfs = tenant === 'adfs';
  const version = v2 && !adfs ? '/v2.0' : '';
  return {
    token_endpoint: `${base}/oauth2${version}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: adfs ? `${base}/discovery/keys` : `${base}/discovery${version}/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: adfs ? base : v2 ? `https://${host}/${tenant}/v2.0` : `${cloud.issuer}/${tenant}/`,
    authorization_endpoint: `${base}/oauth2${version}/authorize`,
    device_authorization_endpoint: `${base}/oauth2${version}/devicecode`,
    end_session_endpoint: `${base}/oauth2${version}/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: cloud.authorities[0]?.replace(/^login\./, ''),
  };
}

/** Answer of `/common/discovery/instance`: which hosts are aliases of one cloud. */
export function instanceDiscovery(host: string, directory: Directory): Record<string, unknown> {
  return {
    tenant_discovery_endpoint: `https://${host}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: directory.clouds.map((cloud) => {
      const aliases = cloud.authorities.filter((one) => !one.startsWith('*.'));
      return { preferred_network: aliases[0], preferred_cache: aliases[0], aliases };
    }),
  };
}
