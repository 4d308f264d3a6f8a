import * as z from 'zod';
import { parseFileMode } from './file-mode.ts';
import { isNumericId } from './numeric-id.ts';
import { quote } from './quote.ts';
import { faultOfVaultName } from './vault-names.ts';

const uuidOrDomain = /^(?!.*\.\.)[0-9A-Za-z]([0-9A-Za-z.-]{0,253}[0-9A-Za-z])?$/;

/** The spellings of a boolean that the predecessor took (Go's strconv.ParseBool). */
const boolean = z
  .string()
  .regex(/^(1|t|true|0|f|false)$/i, 'must be "true" or "false"')
  .transform((text) => /^(1|t|true)$/i.test(text));

const vaultName = z.string().superRefine((text, context) => {
  const message = faultOfVaultName(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** JSON or YAML, parsed later: YAML's parser is only loaded for it. */
const structured = z.string();

const numericId = (whose: 'user' | 'group') =>
  z
    .string()
    .refine(
      isNumericId,
      `must be a numeric ${whose} id, such as "1000": the node knows no names of a container's`,
    )
    .transform(Number);

const list = z.string().transform((text) => text.split(';').map((item) => item.trim()));

/**
 * Every option a pod's author can write, with its own check; what holds between options is in
 * `volume-options.ts`. A value that is empty after trimming counts as not written, as the predecessor's
 * example manifests are full of `""`. `docs/options.md` is checked against these keys.
 */
export const optionFields = {
  keyvaultname: vaultName,
  fallbackvault: vaultName,
  tenantid: z.string().regex(uuidOrDomain, 'must be the id or a domain name of an Entra tenant'),
  keyvaultobjectnames: list,
  keyvaultobjecttypes: list,
  keyvaultobjectversions: list,
  keyvaultobjectaliases: list,
  keyvaultobjectname: list,
  keyvaultobjecttype: list,
  keyvaultobjectversion: list,
  keyvaultobjectalias: list,
  objects: structured,
  combine: structured,
  filemode: z.string().transform((text, context): number => {
    const mode = parseFileMode(text);
    if (typeof mode === 'number') return mode;
    context.addIssue({ code: 'custom', message: `${quote(text)} ${mode}` });
    return z.NEVER;
  }),
  fileuser: numericId('user'),
  filegroup: numericId('group'),
  usepodidentity: boolean,
  usevmmanagedidentity: boolean,
  vmmanagedidentityclientid: z.guid('must be the client id (a GUID) of a user-assigned managed identity'),
  vmmanagedidentityobjectid: z.guid('must be the object id (a GUID) of a user-assigned managed identity'),
  vmmanagedidentityresourceid: z
    .string()
    .regex(
      /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[\w-]{1,128}$/i,
      'must be the resource id of a user-assigned managed identity: /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>',
    ),
  useworkloadidentity: boolean,
  clientid: z.guid('must be the client id (a GUID) of an application or managed identity'),
  cloudname: z.string().max(64),
  region: z.string().regex(/^[0-9A-Za-z ]{2,40}$/, 'must be the name of an Azure region such as "centralus"'),
  nmiport: z
    .string()
    .regex(/^[0-9]{1,5}$/, 'must be a port number')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, 'must be a port number from 1 to 65535'),
  resourcegroup: z.string(),
  subscriptionid: z.string(),
} satisfies Record<string, z.ZodType<unknown, string>>;

export type OptionName = keyof typeof optionFields;

/** Options whose value is JSON or YAML. */
export const structuredOptions: ReadonlySet<OptionName> = new Set(['objects', 'combine']);

/** The parsed values of the options that were written. */
export type OptionValues = { [Name in OptionName]?: z.output<(typeof optionFields)[Name]> };

/** Was `key` given a meaning by this driver? */
export function isOptionName(key: string): key is OptionName {
  return Object.hasOwn(optionFields, key);
}
