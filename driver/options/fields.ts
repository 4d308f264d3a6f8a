import { type DurationBounds, parseDuration } from './duration.ts';
import { checked, type Field, matching, meaning, type ValueOf } from './field.ts';
import { parseFileMode } from './file-mode.ts';
import { isNumericId } from './numeric-id.ts';
import { quote } from './quote.ts';
import { parseRotationInterval, type RotationInterval } from './rotation-interval.ts';
import { parseRotationSignal, type RotationSignal } from './rotation-signal.ts';
import { faultOfVaultName } from './vault-names.ts';

const uuidOrDomain = /^(?!.*\.\.)[0-9A-Za-z]([0-9A-Za-z.-]{0,253}[0-9A-Za-z])?$/;

/** The spellings of a boolean that the predecessor took (Go's strconv.ParseBool). */
const boolean = meaning(matching(/^(1|t|true|0|f|false)$/i, 'must be "true" or "false"'), (text) =>
  /^(1|t|true)$/i.test(text),
);

const vaultName = checked(faultOfVaultName);

const anyText: Field<string, string> = (text) => ({ value: text });

/** JSON or YAML, parsed later: YAML's parser is only loaded for it. */
const structured = anyText;

const numericId = (whose: 'user' | 'group') =>
  meaning(
    checked((text) =>
      isNumericId(text)
        ? undefined
        : `must be a numeric ${whose} id, such as "1000": the node knows no names of a container's`,
    ),
    Number,
  );

const guid = (what: string) =>
  matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, `must be the ${what}`);

const list = meaning(anyText, (text) => text.split(';').map((item) => item.trim()));

const fileMode: Field<number, string> = (text) => {
  const mode = parseFileMode(text);
  return typeof mode === 'number' ? { value: mode } : { fault: `${quote(text)} ${mode}` };
};

const duration =
  (bounds: DurationBounds): Field<number, string> =>
  (text) => {
    const milliseconds = parseDuration(text, bounds);
    return typeof milliseconds === 'number'
      ? { value: milliseconds }
      : { fault: `${quote(text)} ${milliseconds.fault}` };
  };

const rotationInterval: Field<RotationInterval, string> = (text) => {
  const interval = parseRotationInterval(text);
  return typeof interval === 'object' ? { fault: `${quote(text)} ${interval.fault}` } : { value: interval };
};

const rotationSignal: Field<RotationSignal, string> = (text) => {
  const value = parseRotationSignal(text);
  return value === undefined ? { fault: `${quote(text)} must be HUP, USR1, USR2 or TERM` } : { value };
};

const port = meaning(
  checked((text) => {
    if (!/^[0-9]{1,5}$/.test(text)) return 'must be a port number';
    return Number(text) >= 1 && Number(text) <= 65535 ? undefined : 'must be a port number from 1 to 65535';
  }),
  Number,
);

/**
 * Every option a pod's author can write, with its own check; what holds between options is in
 * `volume-options.ts`. A value that is empty after trimming counts as not written, as the predecessor's
 * example manifests are full of `""`. `docs/options.md` is checked against these keys.
 */
export const optionFields = {
  keyvaultname: vaultName,
  fallbackvault: vaultName,
  tenantid: matching(uuidOrDomain, 'must be the id or a domain name of an Entra tenant'),
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
  filemode: fileMode,
  fileuser: numericId('user'),
  filegroup: numericId('group'),
  startstale: duration({ least: '1m', most: '7d' }),
  rotationinterval: rotationInterval,
  inplace: boolean,
  rotationsignal: rotationSignal,
  usepodidentity: boolean,
  usevmmanagedidentity: boolean,
  vmmanagedidentityclientid: guid('client id (a GUID) of a user-assigned managed identity'),
  vmmanagedidentityobjectid: guid('object id (a GUID) of a user-assigned managed identity'),
  vmmanagedidentityresourceid: matching(
    /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[\w-]{1,128}$/i,
    'must be the resource id of a user-assigned managed identity: /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>',
  ),
  useworkloadidentity: boolean,
  clientid: guid('client id (a GUID) of an application or managed identity'),
  cloudname: checked((text) => (text.length <= 64 ? undefined : 'must not be longer than 64 characters')),
  region: matching(/^[0-9A-Za-z ]{2,40}$/, 'must be the name of an Azure region such as "centralus"'),
  nmiport: port,
  resourcegroup: anyText,
  subscriptionid: anyText,
} satisfies Record<string, Field<unknown, string>>;

export type OptionName = keyof typeof optionFields;

/** Options whose value is JSON or YAML. */
export const structuredOptions: ReadonlySet<OptionName> = new Set(['objects', 'combine']);

/** The parsed values of the options that were written. */
export type OptionValues = { [Name in OptionName]?: ValueOf<(typeof optionFields)[Name]> };

/** Was `key` given a meaning by this driver? */
export function isOptionName(key: string): key is OptionName {
  return Object.hasOwn(optionFields, key);
}
