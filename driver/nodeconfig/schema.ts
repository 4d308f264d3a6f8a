import * as z from 'zod';
import { DriverError } from '../errors.ts';

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

const cloud = z.strictObject({
  authority: httpsOrigin,
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
  deadlineSeconds: z.number().int().min(5).max(DEFAULT_DEADLINE_SECONDS).default(DEFAULT_DEADLINE_SECONDS),
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

function isPemBundle(text: string): boolean {
  const block = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  return block.test(text) && !text.replace(block, '').includes('-----');
}
