import * as z from 'zod';

const uuidOrDomain = /^(?!.*\.\.)[0-9A-Za-z]([0-9A-Za-z.-]{0,253}[0-9A-Za-z])?$/;

/** The spellings of a boolean that the predecessor took (Go's strconv.ParseBool). */
const boolean = z
  .string()
  .regex(/^(1|t|true|0|f|false)$/i, 'must be "true" or "false"')
  .transform((text) => /^(1|t|true)$/i.test(text));

const list = z.string().transform((text) => text.split(';').map((item) => item.trim()));

/**
 * Every option a pod's author can write, with its own check; what holds between options is in
 * `volume-options.ts`. A value that is empty after trimming counts as not written, as the predecessor's
 * example manifests are full of `""`. `docs/options.md` is checked against these keys.
 */
export const optionFields = {
  keyvaultname: z
    .string()
    .regex(
      /^(?!.*--)[0-9A-Za-z-]{3,24}$/,
      'must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)',
    ),
  tenantid: z.string().regex(uuidOrDomain, 'must be the id or a domain name of an Entra tenant'),
  keyvaultobjectnames: list,
  keyvaultobjecttypes: list,
  keyvaultobjectversions: list,
  keyvaultobjectaliases: list,
  keyvaultobjectname: list,
  keyvaultobjecttype: list,
  keyvaultobjectversion: list,
  keyvaultobjectalias: list,
  usepodidentity: boolean,
  usevmmanagedidentity: boolean,
  vmmanagedidentityclientid: z.guid('must be the client id (a GUID) of a user-assigned managed identity'),
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

/** The parsed values of the options that were written. */
export type OptionValues = { [Name in OptionName]?: z.output<(typeof optionFields)[Name]> };

/** Was `key` given a meaning by this driver? */
export function isOptionName(key: string): key is OptionName {
  return Object.hasOwn(optionFields, key);
}
