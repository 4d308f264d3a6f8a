import type { Faults } from './faults.ts';
import type { Field } from './field.ts';
import type { OptionValues } from './fields.ts';
import { faultOfFilePath } from './file-path.ts';
import { MAX_ITEMS, type NamedObject, objectTypes, type Selection, type VolumeItem } from './items.ts';
import { type FieldValues, readMap } from './map-fields.ts';
import { encodings, formats, parts, readForm } from './object-form.ts';
import { checkedText, fileMode, flag, oneOf, text } from './scalars.ts';
import { PatternCount, readSelection, type WrittenSelection } from './selection.ts';
import type { Structure } from './structure.ts';
import { faultOfObjectName, faultOfVaultName, faultOfVersion, isSameVault } from './vault-names.ts';

const propertyPath: Field<string> = (value) => {
  const read = text(value);
  if (read.fault !== undefined || read.value.length <= 1024) return read;
  return { fault: 'must not be longer than 1024 characters' };
};

/** Read by readSelection. */
const anything: Field<Structure> = (value) => ({ value: value as Structure });

/** Every key of an item of `objects`. `docs/options.md` is checked against these. */
export const itemFields = {
  name: checkedText(faultOfObjectName),
  type: oneOf(objectTypes),
  version: checkedText(faultOfVersion),
  vault: checkedText(faultOfVaultName),
  fallbackvault: checkedText(faultOfVaultName),
  alias: checkedText(faultOfFilePath),
  format: oneOf(formats),
  part: oneOf(parts),
  encoding: oneOf(encodings),
  property: propertyPath,
  mode: fileMode,
  optional: flag,
  metadata: flag,
  select: anything,
  directory: checkedText(faultOfFilePath),
} as const;

type WrittenItem = FieldValues<typeof itemFields>;

/** Reads the list of the option `objects`. Faults are added under the place of each, such as `objects[2].format`. */
export function readObjects(list: Structure, values: OptionValues, faults: Faults): VolumeItem[] {
  if (!Array.isArray(list)) {
    faults.add('objects', 'must be a list of objects, each such as "- {name: db-password, type: secret}"');
    return [];
  }
  if (list.length === 0) faults.add('objects', 'lists no object');
  if (list.length > MAX_ITEMS) {
    faults.add('objects', `lists ${list.length} objects; a volume holds at most ${MAX_ITEMS}`);
    return [];
  }
  const patterns = new PatternCount();
  const items = list.flatMap(
    (element: Structure, index) => readItem(element, `objects[${index}]`, values, patterns, faults) ?? [],
  );
  patterns.report(faults);
  return items;
}

function readItem(
  element: Structure,
  at: string,
  values: OptionValues,
  patterns: PatternCount,
  faults: Faults,
): VolumeItem | undefined {
  const written = readMap(element, itemFields, at, '{name: db-password, type: secret}', faults);
  if (written === undefined) return undefined;
  const selection =
    written.select === undefined
      ? undefined
      : readSelection(written.select, `${at}.select`, patterns, faults);
  const source = selection ? selectionOf(selection, written, at, faults) : namedObject(written, at, faults);
  if (selection?.type && written.type && selection.type !== written.type) {
    faults.add(`${at}.type`, `is ${written.type}, but select has the type ${selection.type}; give it once`);
  }
  return {
    origin: at,
    vault: written.vault ?? values.keyvaultname ?? '',
    fallbackVault: fallbackOf(written, at, values, faults),
    source,
    form: readForm(selection?.type ?? written.type ?? 'secret', written, at, faults),
    mode: written.mode,
    optional: written.optional ?? false,
    metadata: written.metadata ?? false,
  };
}

function namedObject(written: WrittenItem, at: string, faults: Faults): NamedObject {
  const { name = '', version, alias } = written;
  const selects = written.select !== undefined;
  if (name === '' && !selects && !faults.has(`${at}.name`)) {
    faults.add(`${at}.name`, 'is missing; name the object, or select objects by name pattern or tags');
  }
  if (written.directory !== undefined && !selects) {
    faults.add(
      `${at}.directory`,
      'goes with select only; write the directory into the alias, such as "tls/key"',
    );
  }
  return { kind: 'named', name, version: version?.toLowerCase(), file: alias ?? name };
}

function selectionOf(
  selection: WrittenSelection,
  written: WrittenItem,
  at: string,
  faults: Faults,
): Selection {
  const instead = {
    name: 'write the pattern as the name within select, or drop select',
    version: 'a selection takes the latest versions; name an object to pin its version',
    alias: 'the files of a selection have the names of the objects; use directory to say where they go',
  };
  for (const [key, wayOut] of Object.entries(instead)) {
    if (written[key as keyof typeof instead] !== undefined)
      faults.add(`${at}.${key}`, `does not go with select: ${wayOut}`);
  }
  return { kind: 'selection', name: selection.name, tags: selection.tags, directory: written.directory };
}

/** The volume's fallback stands in for the volume's vault only: another vault's objects are not in it. */
function fallbackOf(
  { vault, fallbackvault }: WrittenItem,
  at: string,
  values: OptionValues,
  faults: Faults,
): string | undefined {
  if (fallbackvault === undefined) {
    return vault === undefined || isSameVault(vault, values.keyvaultname) ? values.fallbackvault : undefined;
  }
  if (isSameVault(fallbackvault, vault ?? values.keyvaultname)) {
    faults.add(`${at}.fallbackvault`, 'is the vault itself; name another one');
  }
  return fallbackvault;
}
