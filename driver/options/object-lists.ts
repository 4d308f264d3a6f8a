import type { Faults } from './faults.ts';
import type { OptionName, OptionValues } from './fields.ts';
import { collidingPaths, faultOfFilePath } from './file-path.ts';
import { legacyForms, type ObjectType, objectTypes, type VolumeItem } from './items.ts';

const NAME = /^[0-9A-Za-z-]{1,127}$/;
const VERSION = /^[0-9a-f]{32}$/i;

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
    faults.add('keyvaultobjectnames', 'is missing; name the objects to project, separated by ";"');
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

  const items = names.items.map((name, index): VolumeItem => {
    const item = (value: string) => `item ${index + 1} (${quote(value)})`;
    if (name === '') faults.add(names.option, `item ${index + 1} is empty`);
    else if (!NAME.test(name))
      faults.add(names.option, `${item(name)} must be 1 to 127 letters, digits and dashes`);
    const type = types?.items[index];
    if (types && type !== undefined && !isObjectType(type)) {
      faults.add(types.option, `${item(type)} must be one of secret, key or cert`);
    }
    const version = versions?.items[index] || undefined;
    if (versions && version && !VERSION.test(version)) {
      faults.add(
        versions.option,
        `${item(version)} must be a version: 32 hexadecimal digits, or empty for the latest`,
      );
    }
    const alias = aliases?.items[index] || undefined;
    const pathFault = alias && faultOfFilePath(alias);
    if (aliases && alias && pathFault) faults.add(aliases.option, `${item(alias)} ${pathFault}`);
    return {
      origin: `${names.option} item ${index + 1}`,
      vault: values.keyvaultname ?? '',
      fallbackVault: undefined,
      source: { kind: 'named', name, version: version?.toLowerCase(), file: alias ?? name },
      form: legacyForms[type !== undefined && isObjectType(type) ? type : 'secret'],
      mode: undefined,
      optional: false,
      metadata: false,
    };
  });

  const files = items.map(({ source }) => (source.kind === 'named' ? source.file : ''));
  for (const [first, second] of collidingPaths(files.filter(Boolean))) {
    const where = aliases?.option ?? names.option;
    faults.add(
      where,
      `${quote(first)} and ${quote(second)} would be the same file; give one of them another alias`,
    );
  }
  return items;
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

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
