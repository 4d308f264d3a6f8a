import * as z from 'zod';
import { DriverError } from '../errors.ts';
import { policySchema } from '../policy/schema.ts';

/** Name of the node configuration beside the driver; kubelet's prober ignores names with a leading dot. */
export const NODE_CONFIG_FILE = '.config.json';

/** A call-out gives up after this many seconds: kubelet's own wait for a pod's volumes ends after 123. */
const DEFAULT_DEADLINE_SECONDS = 110;

const host = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'must be a lower-case DNS name such as vault.local.azurestack.external',
  );

const httpsOrigin = z
  .string()
  .regex(
    /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
    'must be https://<host> without a path, such as https://login.microsoftonline.com',
  );

const certificates = z
  .string()
  .max(1_048_576, 'must not be larger than 1 MiB')
  .refine(
    isPemBundle,
    'must hold one or more PEM certificates (-----BEGIN CERTIFICATE-----) and nothing but them and comments',
  );

/** Where an AD FS gives the tokens, its path is what Azure Stack's own description of itself has. */
const authority = z
  .string()
  .regex(
    /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/adfs)?$/,
    'must be https://<host>, or https://<host>/adfs for an AD FS, such as https://login.microsoftonline.com',
  );

/** The message does not quote the value, which may hold credentials. */
const proxy = z
  .string()
  .max(2048)
  .regex(
    /^https?:\/\/([^\s/?#@:]+(:[^\s/?#@:]*)?@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?\/?$/,
    'must be http://<host>:<port> or https://<host>:<port>, with credentials http://<user>:<password>@<host>:<port> where the proxy wants them, special characters percent-encoded',
  )
  .refine(isPercentEncoded, 'has a percent sign that encodes nothing; write %25 for it');

const unproxied = z
  .string()
  .regex(
    /^(\*|(\*?\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)$/,
    'must be a host such as vault.azure.net, which those below it follow, or .azure.net for those below it alone, or *',
  );

const cloud = z.strictObject({
  authority,
  vaultSuffix: host,
  /** Audience of the vault's tokens; by default `https://` and the vault suffix. */
  resource: httpsOrigin.optional(),
});

/** Schema of the node configuration, version 1. Source: docs/options.md, "Node configuration". */
const nodeConfigSchema = z.strictObject({
  schemaVersion: z.literal(1),
  clouds: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9]{2,63}$/, 'must be a cloud name of 3 to 64 letters and digits'),
      cloud,
    )
    .default({}),
  caBundle: certificates.optional(),
  /** Instead of kubelet's HTTPS_PROXY. */
  httpsProxy: proxy.optional(),
  /** Instead of kubelet's NO_PROXY. */
  noProxy: z.array(unproxied).max(256).optional(),
  /** Ports of the node's loopback where pods may have NMI asked; the driver would else knock at any for them. */
  nmiPorts: z.array(z.number().int().min(1).max(65_535)).min(1).max(16).default([2579]),
  deadlineSeconds: z.number().int().min(5).max(DEFAULT_DEADLINE_SECONDS).default(DEFAULT_DEADLINE_SECONDS),
  policy: policySchema.optional(),
});

export type NodeConfig = z.infer<typeof nodeConfigSchema>;

/** What holds where no configuration was written: the four public clouds and the runtime's own CAs. */
export const defaultNodeConfig: NodeConfig = nodeConfigSchema.parse({ schemaVersion: 1 });

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

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isPemBundle(text: string): boolean {
  const block = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  return block.test(text) && !text.replace(block, '').includes('-----');
}
