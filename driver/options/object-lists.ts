import type { Faults } from './faults.ts';
import type { OptionName, OptionValues } from './fields.ts';
import { faultOfFilePath } from './file-path.ts';
import { legacyForms, MAX_ITEMS, type ObjectType, objectTypes, type VolumeItem } from './items.ts';
import { quote } from './quote.ts';
import { faultOfObjectName, faultOfVersion } from './vault-names.ts';

/**
 * Reads the predecessor's `;`-separated lists. For each of them the plural form wins over the older singular
 * one, as it did there. Faults are added to `faults`, one sentence each.
 */
export function readObjectLists(values: OptionValues, faults: Faults): VolumeItem[] {
  const names = pick(values, 'keyvaultobjectnames', 'keyvaultobjectname');
  const types = pick(values, 'keyvaultobjecttypes', 'keyvaultobjecttype');
  const versions = pick(values, 'keyvaultobjectversions', 'keyvaultobjectversion');
  const aliases = pick(values, 'keyvaultobjectaliases', 'keyvaultobjectalias');

  if (!names) {
    faults.add(
      'keyvaultobjectnames',
      'is missing; name the objects to project, separated by ";", or list them in objects',
    );
    return [];
  }
  if (names.items.length > MAX_ITEMS) {
    faults.add(names.option, `has ${count(names.items.length)}; a volume holds at most ${MAX_ITEMS}`);
    return [];
  }
  if (!types)
    faults.add(
      'keyvaultobjecttypes',
      'is missing; give one of secret, key or cert for each object, separated by ";"',
    );
  for (const list of [types, versions, aliases]) {
    if (list && list.items.length !== names.items.length) {
      faults.add(
        list.option,
        `has ${count(list.items.length)}, but ${names.option} has ${count(names.items.length)}; give one for each object`,
      );
    }
  }

  return names.items.map((name, index): VolumeItem => {
    const refuse = (option: OptionName, value: string, fault: string | undefined) => {
      if (fault !== undefined) faults.add(option, `item ${index + 1} (${quote(value)}) ${fault}`);
    };
    if (name === '') faults.add(names.option, `item ${index + 1} is empty`);
    else refuse(names.option, name, faultOfObjectName(name));
    const type = types?.items[index];
    if (types && type !== undefined && !isObjectType(type)) {
      refuse(types.option, type, 'must be one of secret, key or cert');
    }
    const version = versions?.items[index] || undefined;
    if (versions && version) refuse(versions.option, version, faultOfVersion(version));
    const alias = aliases?.items[index] || undefined;
    if (aliases && alias) refuse(aliases.option, alias, faultOfFilePath(alias));
    return {
      origin: `${names.option} item ${index + 1}`,
      vault: values.keyvaultname ?? '',
      fallbackVault: values.fallbackvault,
      source: { kind: 'named', name, version: version?.toLowerCase(), file: alias ?? name },
      form: legacyForms[type !== undefined && isObjectType(type) ? type : 'secret'],
      mode: undefined,
      optional: false,
      metadata: false,
    };
  });
}

/** The list that gives the files of the objects, for faults of the files together. */
export function fileListOf(values: OptionValues): OptionName {
  const picked =
    pick(values, 'keyvaultobjectaliases', 'keyvaultobjectalias') ??
    pick(values, 'keyvaultobjectnames', 'keyvaultobjectname');
  return picked?.option ?? 'keyvaultobjectnames';
}

/** The lists that were written. */
export function writtenLists(values: OptionValues): OptionName[] {
  return (Object.keys(values) as OptionName[]).filter((option) => option.startsWith('keyvaultobject'));
}

interface PickedList {
  readonly option: OptionName;
  readonly items: readonly string[];
}

type ListOption = Extract<OptionName, `keyvaultobject${string}`>;

function pick(values: OptionValues, plural: ListOption, singular: ListOption): PickedList | undefined {
  for (const option of [plural, singular]) {
    const items = values[option];
    if (items) return { option, items };
  }
  return undefined;
}

function isObjectType(text: string): text is ObjectType {
  return (objectTypes as readonly string[]).includes(text);
}

function count(items: number): string {
  return items === 1 ? '1 item' : `${items} items`;
}
