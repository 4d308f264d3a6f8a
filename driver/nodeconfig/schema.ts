import * as z from 'zod';
import { DriverError } from '../errors.ts';
import { readNodeRotation } from '../options/rotation.ts';
import { parseRotationInterval } from '../options/rotation-interval.ts';
import { policySchema } from '../policy/schema.ts';
import { defaultNodeConfig, type NodeConfig } from './node-config.ts';
import {
  DEADLINE_SECONDS,
  hasNoBackslash,
  isApiVersion,
  isAudience,
  isAuthority,
  isCloudName,
  isHost,
  isPemBundle,
  isPercentEncoded,
  isProxy,
  isUnproxied,
  MAX_API_VERSIONS,
  MAX_CA_BUNDLE,
  MAX_NMI_PORTS,
  MAX_PROXY,
  MAX_UNPROXIED,
} from './texts.ts';

const apiVersions = z
  .array(z.string().refine(isApiVersion, "must be a version of Key Vault's API such as 7.4 or 2016-10-01"))
  .min(1)
  .max(MAX_API_VERSIONS)
  .optional();

const cloud = z.strictObject({
  authority: z
    .string()
    .refine(
      isAuthority,
      'must be https://<host>, or https://<host>/adfs for an AD FS, such as https://login.microsoftonline.com',
    ),
  vaultSuffix: z
    .string()
    .refine(isHost, 'must be a lower-case DNS name such as vault.local.azurestack.external'),
  /** Audience of the vault's tokens; by default `https://` and the vault suffix. */
  resource: z
    .string()
    .refine(
      isAudience,
      'must be https://<host>, for an Azure Stack Hub perhaps with a path, such as https://vault.contoso.onmicrosoft.com/<id>, without a slash at its end',
    )
    .optional(),
  /** Versions of Key Vault's API that its vaults know, by type of object. */
  apiVersions: z.strictObject({ secret: apiVersions, key: apiVersions, cert: apiVersions }).optional(),
});

const certificates = z
  .string()
  .max(MAX_CA_BUNDLE, 'must not be larger than 1 MiB')
  .refine(
    isPemBundle,
    'must hold one or more PEM certificates (-----BEGIN CERTIFICATE-----) and nothing but them and comments',
  );

/** The message does not quote the value, which may hold credentials. */
const proxy = z
  .string()
  .max(MAX_PROXY)
  .refine(hasNoBackslash, 'has a backslash; write %5C for it, as in http://DOMAIN%5Cuser:password@host:3128')
  .refine(
    (text) => isProxy(text.replaceAll('\\', '%5C')),
    'must be http://<host>:<port> or https://<host>:<port>, with credentials http://<user>:<password>@<host>:<port> where the proxy wants them, special characters percent-encoded',
  )
  .refine(isPercentEncoded, 'has a percent sign that encodes nothing; write %25 for it');

const unproxied = z
  .string()
  .refine(
    isUnproxied,
    'must be a host such as vault.azure.net, which those below it follow, or .azure.net for those below it alone, or *',
  );

const rotation = z
  .strictObject({
    /** For volumes that name no interval themselves; the predecessor's lists stay as they are all the same. */
    defaultInterval: z
      .string()
      .superRefine((text, context) => {
        const interval = parseRotationInterval(text);
        if (typeof interval === 'object') context.addIssue({ code: 'custom', message: interval.fault });
      })
      .optional(),
    /** Without it a volume of a service principal is not rotated, as it cannot be read again. */
    keepServicePrincipals: z.boolean().optional(),
  })
  .default({})
  .transform(readNodeRotation);

/** Schema of the node configuration, version 1. Source: docs/options.md, "Node configuration". */
const nodeConfigSchema = z.strictObject({
  schemaVersion: z.literal(1),
  clouds: z
    .record(z.string().refine(isCloudName, 'must be a cloud name of 3 to 64 letters and digits'), cloud)
    .default({}),
  caBundle: certificates.optional(),
  httpsProxy: proxy.optional(),
  noProxy: z.array(unproxied).max(MAX_UNPROXIED).optional(),
  nmiPorts: z
    .array(z.number().int().min(1).max(65_535))
    .min(1)
    .max(MAX_NMI_PORTS)
    .default([...defaultNodeConfig.nmiPorts]),
  deadlineSeconds: z
    .number()
    .int()
    .min(DEADLINE_SECONDS.min)
    .max(DEADLINE_SECONDS.max)
    .default(defaultNodeConfig.deadlineSeconds),
  policy: policySchema.optional(),
  rotation,
}) satisfies z.ZodType<NodeConfig>;

/**
 * Parses the text of a node configuration, strictly: unknown keys are faults.
 * @throws DriverError `NodeConfigInvalid` naming every faulty field
 */
export function parseNodeConfig(text: string): NodeConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DriverError('NodeConfigInvalid', 'the node configuration is not valid JSON');
  }
  const result = nodeConfigSchema.safeParse(json);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`,
  );
  throw new DriverError('NodeConfigInvalid', `the node configuration is invalid: ${faults.join('; ')}`);
}
